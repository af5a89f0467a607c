"""What an instructor runs: it makes bundles, takes work in, grades it and tells how it went."""

import sys

# nbformat imports jsonschema, and that this, which builds forty grammars for checking addresses
# that are in no notebook: a second for each command and each process. Not to be found, it is left
# out. See python-jsonschema/jsonschema#1428.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
