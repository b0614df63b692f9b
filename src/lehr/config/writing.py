"""Objects as documents: schedules as mappings, plain data as YAML, JSON or TOML."""

from collections.abc import Mapping
from typing import Any

from lehr._checks import choice
from lehr.config.configuration import Config
from lehr.config.documents import Format, parse_document
from lehr.config.errors import Path, format_path
from lehr.config.expressions import write_schedule
from lehr.config.names import known, lowered
from lehr.config.plain import plain
from lehr.schedules import Constant, Schedule

FORMATS = ("yaml", "json", "toml")


def to_mapping(schedule: Schedule) -> dict[str, Any]:
    """Return the mapping with a `kind` that reads back as an equal schedule.

    Plain data, in the smallest faithful form: arguments at their defaults are left
    out, a constant among terms is a number, and an endless length is the text "inf",
    which every format can hold.

    Args:
        schedule: a schedule of lehr's own families.

    Raises:
        ValueError: text cannot carry it: it holds a function or a class of your own.

    >>> from lehr import Linear
    >>> to_mapping(Linear(0.0, 1.0, 10).then(Linear(1.0, 0.0, 90)))["pieces"][1]
    {'kind': 'linear', 'start': 1.0, 'end': 0.0, 'steps': 90}
    """
    write_schedule(schedule)  # refuses what no text can carry
    return _mapping(schedule)


def _mapping(schedule: Schedule) -> dict[str, Any]:
    given = type(schedule).__dataclass_fields__.items()
    arguments = {
        name: _argument(value, among_terms=name == "terms")
        for name, field in given
        if (value := getattr(schedule, name)) != field.default
    }
    return {"kind": word(type(schedule).__name__), **arguments}


def word(name: str) -> str:
    """Return the lower-case word for a schedule; its name where a recipe has that.

    >>> word("OneMinusSqrt"), word("InverseSqrt")
    ('one_minus_sqrt', 'InverseSqrt')
    """
    lower = lowered(name)
    return lower if known()[lower] == known()[name] else name


def _argument(value: Any, among_terms: bool = False) -> Any:
    """Return the value of an argument; among terms a number is a constant."""
    if isinstance(value, Constant) and among_terms and not value.steps:
        return value.value
    if isinstance(value, Schedule):
        return _mapping(value)
    if isinstance(value, tuple):
        return [_argument(each, among_terms) for each in value]
    return "inf" if value == float("inf") else value


def write_document(data: Mapping[str, Any], format: Format = "yaml") -> str:
    r"""Return plain data as the text of a document, in the order given.

    Floats are written so that readers of YAML 1.1 and 1.2 find the same number, bit by
    bit; strings are quoted where they need it. In TOML the plain values of a table
    stand before its tables.

    Args:
        data: mappings with text for keys, lists, strings, numbers, booleans and None;
            OmegaConf's containers, dataclasses and NumPy's numbers too.
        format: "yaml", "json" or "toml".

    Raises:
        TypeError: a value is of another kind.
        ValueError: the format cannot hold it: JSON has no infinity and no NaN, TOML no
            null.

    >>> data = {"schedules": {"lr": {"kind": "linear", "start": 1e-05, "end": 0.0}}}
    >>> print(write_document(data), end="")
    schedules:
      lr:
        kind: linear
        start: 1.0e-05
        end: 0.0
    >>> print(write_document(data, "toml"), end="")
    [schedules.lr]
    kind = "linear"
    start = 1e-05
    end = 0.0
    """
    choice("format", format, FORMATS)
    if not isinstance(made := _checked(plain(data), ()), dict):
        raise TypeError(f"data must be a mapping, got {data!r}")
    if format == "yaml":
        from lehr.config.yaml_writer import yaml_text

        return yaml_text(made)
    if format == "json":
        from lehr.config.json_writer import json_text

        return json_text(made)
    from lehr.config.toml_writer import toml_text

    return toml_text(made)


def write_config(config: Mapping[str, Any] | Config, format: Format = "yaml") -> str:
    """Return a whole configuration as text that reads back as the same data.

    Args:
        config: what `read_config` returned, which is written as its `resolved()`; or
            sections by name, plain data, in which a schedule may stand as the object,
            and is written as its expression.
        format: "yaml", "json" or "toml". Keys whose value is null are left out of
            TOML, which has no null: to a reader they are the same.

    Raises:
        TypeError: a value is no plain data.
        ValueError: a schedule or a value cannot be written.

    >>> from lehr import Linear
    >>> config = {"schema": 1, "schedules": {"lr": Linear(1, 0, 9)}}
    >>> print(write_config(config), end="")
    schema: 1
    schedules:
      lr: Linear(start=1.0, end=0.0, steps=9)
    """
    given = config.resolved() if isinstance(config, Config) else config
    data = _spelled(plain(given))
    if format == "toml":
        data = _without_null(data)
    text = write_document(data, format)
    parse_document(text, format=format)  # what is too large to be read is refused here
    return text


def _spelled(value: Any) -> Any:
    if isinstance(value, Schedule):
        return write_schedule(value)
    if isinstance(value, dict):
        return {key: _spelled(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(each) for each in value]
    return value


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if each is not None}
        return {key: _without_null(each) for key, each in kept.items()}
    return [_without_null(v) for v in value] if isinstance(value, list) else value


def _checked(value: Any, path: Path) -> Any:
    """Return a copy of plain data in Python's own types; refuse anything else."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                where = format_path(path) or "the document"
                raise TypeError(f"keys must be text, got {key!r} in {where}")
        return {str(k): _checked(each, (*path, str(k))) for k, each in value.items()}
    if isinstance(value, list | tuple):
        return [_checked(each, (*path, i)) for i, each in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    hint = "; write to_mapping(...) or write_schedule(...) of it"
    hint = hint if isinstance(value, Schedule) else ""
    raise TypeError(
        f"{format_path(path) or 'data'} must be plain data, got {value!r}{hint}"
    )
