"""What an instructor runs: it makes bundles, takes work in, grades it and tells how it went."""
