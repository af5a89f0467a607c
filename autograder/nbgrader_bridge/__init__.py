"""Grade with nbgrader's own folders, preprocessors and gradebook."""
