"""timm's schedulers without the rest of timm, which asks for torchvision."""

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def timm_scheduler():
    """Return the module `timm.scheduler`."""
    spec = find_spec("timm")
    if spec is None:
        pytest.skip("timm is not installed")
    if "timm" not in sys.modules:
        package = ModuleType("timm")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["timm"] = package
    return importlib.import_module("timm.scheduler")
