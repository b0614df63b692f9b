"""Configuration objects of several kinds, as plain dicts, lists and numbers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from math import isfinite
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path, Problem

_SOURCE = "<DictConfig>"


def plain(value: Any) -> Any:
    """Return a copy of plain containers and numbers; anything else is kept as it is.

    OmegaConf's containers are resolved; a dataclass is the mapping of its fields, and
    a `Document` its data.

    Raises:
        ConfigError: what OmegaConf finds missing, or cannot resolve.

    >>> plain({"betas": [0.9, 0.999]})
    {'betas': [0.9, 0.999]}
    """
    if is_omegaconf(value):
        return _from_omegaconf(value)
    if isinstance(value, Document):
        return value.data
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if type(value) is tuple:
        return tuple(plain(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type) and not callable(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if type(value).__module__.split(".")[0] == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return value


def unresolved(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the texts that OmegaConf would have resolved, each with its place.

    >>> list(unresolved({"T_max": "${epochs}", "schedulers": [{"name": "StepLR"}]}))
    [(('T_max',), '${epochs}')]
    """
    if isinstance(value, str):
        if "${" in value:
            yield path, value
        return
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list | tuple):
        inner = enumerate(value)
    for key, each in inner:
        yield from unresolved(each, (*path, key))


def unresolved_problems(document: Document, path: Path = ()) -> list[Problem]:
    """Return a problem for each of those texts at `path` of a document."""
    hint = "it is OmegaConf's: OmegaConf.load the document and pass it, or a part of it"
    return [
        document.problem("LH106", f"{text} is not resolved", place, hint)
        for place, text in unresolved(document.at(path), path)
    ]


def hint_for_text(value: Any) -> str:
    """Return the hint where text stands in place of a number; none for anything else.

    >>> hint_for_text("1e-6")
    'write it without quotes; in YAML 1.1 a number has a point: 1.0e-6'
    >>> hint_for_text("big")
    ''
    """
    try:
        if not isinstance(value, str) or not isfinite(float(value)):
            return ""
    except ValueError:
        return ""
    hint = "write it without quotes"
    digits, exponent, power = value.strip().lower().partition("e")
    if exponent and "." not in digits:  # what PyYAML takes for text
        hint += f"; in YAML 1.1 a number has a point: {digits}.0e{power}"
    return hint


def is_omegaconf(value: Any) -> bool:
    """Tell without importing OmegaConf, which most runs do not have."""
    kinds = type(value).__mro__
    return any(kind.__module__.split(".")[0] == "omegaconf" for kind in kinds)


def _from_omegaconf(value: Any) -> Any:
    omegaconf = import_module("omegaconf")
    try:
        if missing := sorted(omegaconf.OmegaConf.missing_keys(value)):
            raise ConfigError(
                Problem("LH104", f"Missing mandatory value: {name}", _SOURCE, path=name)
                for name in missing
            )
        return omegaconf.OmegaConf.to_container(
            value, resolve=True, throw_on_missing=True, enum_to_str=True
        )
    except omegaconf.errors.OmegaConfBaseException as error:
        absent = (
            omegaconf.errors.MissingMandatoryValue,
            omegaconf.errors.InterpolationKeyError,
        )
        code = "LH104" if isinstance(error, absent) else "LH106"
        message = (error.msg or str(error)).splitlines()[0].rstrip(".")
        path = error.full_key or ""
        raise ConfigError([Problem(code, message, _SOURCE, path=path)]) from None
