"""Published recipes as documents, with their sources and the numbers they imply."""

from lehr.presets.catalog import Preset, preset, preset_names

__all__ = ["Preset", "preset", "preset_names"]
