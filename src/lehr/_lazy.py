"""Names of a package that are loaded on first use."""

from lehr._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def on_first_use(package: str, homes: "Mapping[str, str]") -> "Callable[[str], Any]":
    """Return the `__getattr__` of a package (PEP 562) whose names live elsewhere.

    Args:
        package: its `__name__`.
        homes: by name, the module that holds it, absolute.

    >>> on_first_use("lehr", {"Plan": "lehr.plan"})("Cosin")
    Traceback (most recent call last):
    AttributeError: module 'lehr' has no attribute 'Cosin'
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import sys
        from importlib import import_module

        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
