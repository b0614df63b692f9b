"""timm's own schedulers, without the torchvision that `import timm` asks for."""

import importlib.util
import sys
import types

import pytest


@pytest.fixture(scope="session")
def timm_schedulers():
    found = importlib.util.find_spec("timm")
    if found is None:
        pytest.skip("timm is not installed")
    if "timm" not in sys.modules:
        empty = types.ModuleType("timm")
        empty.__path__ = list(found.submodule_search_locations)
        sys.modules["timm"] = empty
    return importlib.import_module("timm.scheduler")
