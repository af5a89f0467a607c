"""The dotted names of preprocessors in the ``nbgrader_config.py`` of version 0.1's workspaces."""

from autograder.nbgrader_bridge.preprocessors import Execute, SaveAutoGrades
from autograder.nbgrader_bridge.preprocessors import InsertAnswers as TakeIn

__all__ = ["Execute", "SaveAutoGrades", "TakeIn"]
