"""Show an instructor how a class did: one page, and a CSV of the same numbers."""
