"""Keep the names by which workspaces of version 0.1 call the steps of `nbgrader autograde`."""

from autograder.nbgrader_bridge.preprocessors import Execute, SaveAutoGrades
from autograder.nbgrader_bridge.preprocessors import InsertAnswers as TakeIn

__all__ = ["Execute", "SaveAutoGrades", "TakeIn"]
