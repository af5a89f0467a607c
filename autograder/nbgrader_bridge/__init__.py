"""Grade in nbgrader's own folders, steps and gradebook."""
