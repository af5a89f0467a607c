"""Let hatchling install the course in its own folder alone: its notebooks and data stay there."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["EditableOnly"]


class EditableOnly(BuildHookInterface):  # type: ignore[type-arg]
    """Refuse `pip install .`, which would copy the code away from what it works on."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """End the build with a sentence unless it is an editable one."""
        if version != "editable":
            self.app.abort(
                "The course works in its own folder, with the notebooks and data beside the code. "
                "Install it there with: pip install -e ."
            )
