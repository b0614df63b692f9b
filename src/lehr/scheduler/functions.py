"""Functions in configuration: objects as they are, names only where that is allowed."""

import importlib
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any


def require_imports(imports: Any) -> tuple[str, ...]:
    """Return the modules whose functions a configuration may name."""
    several = isinstance(imports, Sequence) and not isinstance(imports, str)
    if not several or not all(isinstance(name, str) for name in imports):
        raise TypeError(
            'imports must be a tuple of module names, as in imports=("my_module",), '
            f"got {imports!r}"
        )
    return tuple(imports)


def named_function(name: str, *, imports: tuple[str, ...]) -> Callable[..., Any]:
    """Return the Python function that "module:function" names.

    Only modules that are listed in `imports` are looked into, wherever the name comes
    from: a configuration may not choose what runs.

    Raises:
        PermissionError: the module is not listed.
        ValueError: there is no such function.

    >>> named_function("os:system", imports=())
    Traceback (most recent call last):
    PermissionError: a configuration may not name functions of 'os'; pass the function
    itself, or imports=("os",) to build_scheduler
    >>> named_function("textwrap:indent", imports=("textwrap",)).__qualname__
    'indent'
    """
    module_name, colon, attribute = name.partition(":")
    if not (colon and module_name and attribute.isidentifier()):
        raise ValueError(
            "a function is an object, or a name written 'module:function', "
            f"got {name!r}"
        )
    if module_name not in imports:
        raise PermissionError(
            f"a configuration may not name functions of {module_name!r}; pass the "
            f'function itself, or imports=("{module_name}",) to build_scheduler'
        )
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(f"{module_name!r} cannot be imported: {error}") from error
    found = vars(module).get(attribute)
    if not isinstance(found, FunctionType):
        raise ValueError(
            f"{module_name!r} has no Python function {attribute!r}, it is {found!r}"
        )
    return found
