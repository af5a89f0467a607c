"""Hand results back: a page for each student, packed as a system takes it."""
