"""Functions in configuration: objects as they are, names only where that is allowed."""

import importlib
import sys
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


def named_function(
    name: str, *, imports: tuple[str, ...], from_file: bool
) -> Callable[..., Any]:
    """Return the Python function that "module:function" names.

    Only a module that is listed in `imports` is imported. Else it must have been
    imported already, and a file may name no other than the listed ones: a document may
    not choose what runs.

    Raises:
        PermissionError: the module is not allowed.
        ValueError: there is no such function.

    >>> named_function("os:system", imports=(), from_file=True)
    Traceback (most recent call last):
    PermissionError: a file may not name functions of 'os'; pass imports=("os",) to
    build_scheduler
    >>> found = named_function("textwrap:indent", imports=("textwrap",), from_file=True)
    >>> found.__qualname__
    'indent'
    """
    module_name, colon, attribute = name.partition(":")
    if not (colon and module_name and attribute.isidentifier()):
        raise ValueError(
            "a function is an object, or a name written 'module:function', "
            f"got {name!r}"
        )
    allow = f'pass imports=("{module_name}",) to build_scheduler'
    if module_name in imports:
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise ValueError(f"{module_name!r} cannot be imported: {error}") from error
    elif from_file:
        raise PermissionError(
            f"a file may not name functions of {module_name!r}; {allow}"
        )
    elif module_name in sys.modules:
        module = sys.modules[module_name]
    else:
        raise PermissionError(f"{module_name!r} is not imported; import it, or {allow}")
    found = vars(module).get(attribute)
    if not isinstance(found, FunctionType):
        raise ValueError(
            f"{module_name!r} has no Python function {attribute!r}, it is {found!r}"
        )
    return found
