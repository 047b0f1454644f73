"""Hatchling's hook for the wheel: the single files beside the code go in too."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("LICENSE", "conftest.py", "course.toml", "labebpf", "pyproject.toml")


class WheelHook(BuildHookInterface):
    """Add these files to a wheel. An `editable` installation uses those of the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            places = {name: f"labebpf_shipped/{name}" for name in SHIPPED}
            build_data["force_include"].update(places)
