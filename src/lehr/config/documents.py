"""Documents: YAML, JSON or TOML as plain data that knows where it was written."""

import os
import sys
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.lexer import Text

Format = Literal["yaml", "json", "toml"]
Place = tuple[int, int]

ENDINGS: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
}
LARGEST = 2_000_000
"""Characters of the longest document that is read."""


@dataclass
class Places:
    """Where a reader met each value and key, both by path: (line, column), from 1.

    `quotes` has the number of characters before the text of each string that stands
    in the document as it is, on one line. `spread` has those over several lines: where
    what is written begins, and it, which is the text but for spaces.
    """

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    quotes: dict[Path, int] = field(default_factory=dict)
    spread: dict[Path, tuple[int, int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    r"""A document as plain data, and the place of each of its parts.

    Args:
        data: mappings, lists, strings, numbers, booleans and None.
        source: the file as its user named it.
        written: the places.
        overrides: paths whose values come from elsewhere, with the name of the source.
        moved: where a part was written that has moved since, by where it is now.

    >>> document = parse_document("schedules:\n  lr: 1e-3\n", source="run.yaml")
    >>> document.data, document.place(("schedules", "lr"))
    ({'schedules': {'lr': 0.001}}, (2, 7))
    """

    data: dict[str, Any]
    source: str
    written: Places = field(default_factory=Places)
    overrides: Mapping[Path, str] = field(default_factory=dict)
    moved: Mapping[Path, Path] = field(default_factory=dict)

    @property
    def places(self) -> Mapping[Path, Place]:
        """The place of each value."""
        return self.written.values

    @property
    def keys(self) -> Mapping[Path, Place]:
        """The place of each key."""
        return self.written.keys

    def place(self, path: Path, key: bool = False) -> Place | None:
        """Return the place of a value or key, or of the nearest thing around it."""
        path = self.origin(path)
        if key and path in self.keys:
            return self.keys[path]
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return None

    def problem(
        self,
        code: str,
        message: str,
        path: Path = (),
        hint: str = "",
        key: bool = False,
    ) -> Problem:
        """Return a problem with the value (or key) at `path`."""
        place = self.place(path, key)
        source = self.overriding(path)
        line, column = (None, None) if source or not place else place
        name = format_path(self.origin(path))
        return Problem(code, message, source or self.source, line, column, name, hint)

    def origin(self, path: Path) -> Path:
        """Return where the document was given what is now at `path`."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.moved:
                return (*self.moved[path[:length]], *path[length:])
        return path

    def overriding(self, path: Path) -> str | None:
        """Return the source of the override that set `path`, if one did."""
        path = self.origin(path)
        for length in range(len(path), 0, -1):
            if path[:length] in self.overrides:
                return self.overrides[path[:length]]
        return None

    def at(self, path: Path) -> Any:
        """Return the value at `path`; KeyError or IndexError if there is none."""
        value: Any = self.data
        for key in path:
            value = value[key]
        return value

    def text(self, path: Path) -> Text:
        """Return the string at `path` with its place, for a reader of expressions."""
        place, source = self.place(path), self.overriding(path)
        line, column = (None, None) if source or not place else place
        origin = self.origin(path)
        quotes = self.written.quotes.get(origin)
        if column is not None:
            column += quotes or 0
        name, written = source or self.source, ""
        if not source and origin in self.written.spread:
            line, column, written = self.written.spread[origin]
        exact = quotes is not None and not source
        shown = format_path(origin)
        return Text(self.at(path), name, line, column, shown, exact, written)

    def merged(
        self, path: Path, value: Any, source: str = "<command line>"
    ) -> "Document":
        """Return a copy in which the value at `path` is `value`, from `source`.

        Raises:
            ConfigError: `path` leads through a value that is not a mapping.
        """
        data = deepcopy(self.data)
        inner: Any = data
        for depth, key in enumerate(path[:-1], 1):
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                message = f"{format_path(path[:depth])} is {inner!r}, not a mapping"
                name = format_path(path)
                raise ConfigError([Problem("LH107", message, source, path=name)])
        inner[path[-1]] = value
        return replace(self, data=data, overrides={**self.overrides, path: source})


def read_document(file: str | os.PathLike[str]) -> Document:
    """Return the document in a file; its ending tells the format, "-" is YAML on stdin.

    Raises:
        ConfigError: the file cannot be read, or does not parse.
    """
    source = os.fspath(file)
    if source == "-":
        return parse_document(sys.stdin.read(), source="<stdin>")
    ending = os.path.splitext(source)[1].lower()
    if ending not in ENDINGS:
        message = f"{ending or 'no ending'} is not a format of documents"
        hint = "known: " + ", ".join(ENDINGS)
        raise ConfigError([Problem("LH110", message, source, hint=hint)])
    return parse_document(read_text(source), source=source, format=ENDINGS[ending])


def read_text(file: str) -> str:
    """Return the text of a file, UTF-8 with or without a byte order mark.

    Raises:
        ConfigError: LH110, with what the system says.
    """
    try:
        with open(file, encoding="utf-8-sig") as opened:
            return opened.read()
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 text: byte {error.start} cannot be read"
    except OSError as error:
        message = f"cannot read the file: {(error.strerror or str(error)).lower()}"
    raise ConfigError([Problem("LH110", message, file)])


def parse_document(
    text: str, *, source: str = "<text>", format: Format = "yaml"
) -> Document:
    r"""Return the document that a text holds.

    Raises:
        ConfigError: the text does not parse, a key is given twice, or the document is
            no mapping.

    >>> parse_document('[schedules]\nlr = 1e-3', format="toml").data
    {'schedules': {'lr': 0.001}}
    """
    text = text.removeprefix("\ufeff")  # what some editors begin a file with
    if len(text) > LARGEST:
        message = f"the document is longer than {LARGEST:,} characters"
        raise ConfigError([Problem("LH111", message, source)])
    data, places = _parse(text, source, format)
    document = Document({} if data is None else data, source, places)
    if not isinstance(document.data, dict):
        message = f"the document must be a mapping, got {_shown(data)}"
        raise ConfigError([document.problem("LH107", message)])
    return document


def from_mapping(data: Mapping[str, Any], source: str = "<dict>") -> Document:
    """Return a document of data that was never text, so that nothing has a place."""
    return Document(deepcopy(dict(data)), source)


def parse_value(text: str) -> Any:
    """Return one YAML 1.2 value, as for `key=value` on a command line.

    >>> parse_value("1e-3"), parse_value("[1, yes]"), parse_value("5%")
    (0.001, [1, 'yes'], '5%')
    """
    return _parse(text, "<command line>", "yaml")[0]


def _parse(text: str, source: str, format: Format) -> tuple[Any, Places]:
    if format not in ENDINGS.values():
        raise ValueError(f"format must be yaml, json or toml, got {format!r}")
    places = Places()
    try:
        return _read(text, source, format, places), places
    except RecursionError:
        message = "the document is nested too deeply"
    except ConfigError:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        message = "a number in the document has too many digits"
    raise ConfigError([Problem("LH111", message, source)])


def _read(text: str, source: str, format: Format, places: Places) -> Any:
    if format == "yaml":
        from lehr.config.yaml_reader import read_yaml

        return read_yaml(text, source, places)
    if format == "json":
        from lehr.config.json_reader import read_json

        return read_json(text, source, places)
    from lehr.config.toml_reader import read_toml

    return read_toml(text, source, places)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
