"""Read where a learner opens the course, so that nbgrader does not ask for a course of its own."""
