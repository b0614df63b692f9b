"""What users may import is a decision: listed, complete, and each with an example."""

import importlib
import pkgutil
import re
from inspect import isclass, ismodule, isroutine
from pathlib import Path

import pytest

import lehr

PARTS = [part.name for part in pkgutil.iter_modules(lehr.__path__, "lehr.")]
PACKAGES = ["lehr", *(name for name in PARTS if not name.startswith("lehr._"))]
each_package = pytest.mark.parametrize("name", PACKAGES)


def is_ours(member):
    """Tell what the package offers from what it imports for its own use."""
    return not ismodule(member) and getattr(member, "__module__", "lehr").startswith(
        "lehr"
    )


@each_package
def test_all_lists_every_public_name(name):
    package = importlib.import_module(name)
    members = {n for n in dir(package) if not n.startswith("_")} - {"TYPE_CHECKING"}
    public = {n for n in members if is_ours(getattr(package, n))}
    listed = getattr(package, "__all__", [])
    assert len(listed) == len(set(listed)), "a name is listed twice"
    assert {n for n in listed if not n.startswith("_")} == public


@each_package
def test_every_listed_name_is_there(name):
    package = importlib.import_module(name)
    for listed in getattr(package, "__all__", []):
        assert getattr(package, listed) is not None, listed


def test_a_star_brings_every_public_name():
    namespace = {}
    exec("from lehr import *", namespace)
    assert set(lehr.__all__) <= set(namespace)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="cosin"):
        lehr.cosin  # noqa: B018  (the access is the test)


@pytest.mark.parametrize("name", sorted(lehr.__all__))
def test_every_public_name_has_an_executed_example(name):
    member = getattr(lehr, name)
    if isclass(member) or isroutine(member):
        assert member.__doc__, "no docstring"
        assert ">>> " in member.__doc__, "no example"


@each_package
def test_the_api_page_lists_every_public_name(name):
    page = (Path(__file__).parents[1] / "docs" / "api.md").read_text()
    shown = set(re.findall(r"^\.\. auto\w+:: (\w+)$", page, re.MULTILINE))
    package = importlib.import_module(name)
    listed = {n for n in getattr(package, "__all__", []) if not n.startswith("_")}
    assert listed <= shown
