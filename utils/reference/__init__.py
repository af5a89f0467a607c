"""The course's own solutions, one module a notebook. Nothing here is ever in a student's bundle."""
