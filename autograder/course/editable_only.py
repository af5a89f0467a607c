"""Allow only editable installs, as the course's notebooks and data stay in its own folder."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["EditableOnly"]


class EditableOnly(BuildHookInterface):  # type: ignore[type-arg]
    """Refuse `pip install .`, which would copy the code away from its notebooks and data."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Abort the build with an error message unless `version` is "editable"."""
        if version != "editable":
            self.app.abort(
                "The course works in its own folder, with the notebooks and data beside the code. "
                "Install it there with: pip install -e ."
            )
