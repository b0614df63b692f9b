"""YAML as plain data: the scalars of YAML 1.2, no tags, no duplicate keys."""

import re
from functools import cache
from typing import Any

from lehr.config.documents import Places
from lehr.config.errors import ConfigError, Path, Problem, format_path

MOST_NODES = 100_000
"""Values that a document may have, aliases counted each time."""

_CORE = "tag:yaml.org,2002:"
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9][0-9_]*|0o[0-7]{1,64}|0x[0-9a-fA-F]{1,64}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
)
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}


def read_yaml(text: str, source: str, places: Places) -> Any:
    """Return the data of a YAML text, and note where each part stands.

    Raises:
        ConfigError: LH101, LH105 (a key twice), LH111 (too large), LH112 (a tag).
        ImportError: PyYAML is not installed.
    """
    yaml = _yaml()
    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.reader.ReaderError as error:
        message = f"character #x{error.character:02x} is not allowed in YAML"
        raise ConfigError([Problem("LH101", message, source)]) from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax(error, source)]) from None
    if node is None:
        return None
    reader = _Reader(text, source, places)
    data = reader.value(node, ())
    if reader.problems:
        raise ConfigError(reader.problems)
    return data


@cache
def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        raise ImportError(
            "a YAML document needs PyYAML: pip install 'lehr[config]'"
        ) from None
    return yaml


@cache
def _loader() -> Any:
    """Return a loader that resolves no scalar by itself: `scalar` below does."""
    yaml = _yaml()
    return type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}})


def scalar(text: str) -> Any:
    """Return the value of a plain scalar by the core schema of YAML 1.2.

    As in YAML 1.1 and TOML, digits may be grouped by underscores.

    >>> [scalar(text) for text in ("1e-3", "1_000", "yes", "on", "~", "0o17")]
    [0.001, 1000, 'yes', 'on', None, 15]
    """
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        octal_or_hex = text[:2] in ("0o", "0x")
        return int(text, 0) if octal_or_hex else int(text.rstrip("_"))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if text.lower() in _SPECIAL:
        return float(_SPECIAL[text.lower()])
    return text


class _Reader:
    """Turns nodes into data, path by path."""

    def __init__(self, text: str, source: str, places: Places) -> None:
        self.text, self.source, self.places = text, source, places
        self.problems: list[Problem] = []
        self.open: set[int] = set()
        self.count = 0

    def fail(self, code: str, message: str, mark: Any, path: Path, hint: str) -> None:
        line, column, name = mark.line + 1, mark.column + 1, format_path(path)
        problem = Problem(code, message, self.source, line, column, name, hint)
        self.problems.append(problem)

    def value(self, node: Any, path: Path) -> Any:
        mark = node.start_mark
        self.places.values[path] = mark.line + 1, mark.column + 1
        self.count += 1
        if self.count > MOST_NODES or id(node) in self.open:
            what = "contains itself" if id(node) in self.open else "is too large"
            message = f"the document {what}, by its aliases"
            name = format_path(path)
            place = (self.source, mark.line + 1, mark.column + 1, name)
            raise ConfigError([Problem("LH111", message, *place)])
        self.open.add(id(node))
        try:
            return _KINDS[node.id](self, node, path)
        finally:
            self.open.discard(id(node))

    def scalar(self, node: Any, path: Path) -> Any:
        raw = self.text[node.start_mark.index : node.end_mark.index]
        for quotes in (0, 1):
            if raw[quotes : len(raw) - quotes] == node.value and "\n" not in raw:
                self.places.quotes[path] = quotes
                break
        else:
            self.spread(node, raw, path)
        tag = node.tag.removeprefix(_CORE)
        if tag == "str" and not (node.style is None and raw == node.value):
            return node.value
        if tag not in ("str", "int", "float", "bool", "null"):
            self.refuse_tag(node, path)
            return None
        return scalar(node.value)

    def spread(self, node: Any, raw: str, path: Path) -> None:
        """Note where a string over several lines stands, if all of it is there."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if node.style in ("|", ">"):
            line, column, raw = line + 1, 1, raw.partition("\n")[2]
        elif node.style:
            column, raw = column + 1, raw[1:-1]
        if "\n" in raw and raw.split() == node.value.split():
            self.places.spread[path] = line, column, raw

    def sequence(self, node: Any, path: Path) -> list[Any]:
        if node.tag != _CORE + "seq":
            self.refuse_tag(node, path)
        return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        if node.tag != _CORE + "map":
            self.refuse_tag(node, path)
        data = dict[str, Any]()
        inherited = dict[str, Any]()
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            key = key_node.value
            if key_node.id != "scalar":
                self.fail("LH107", "a key must be text", mark, path, "")
            elif key == "<<" and key_node.style is None:
                inherited = {**self.inherit(value_node, path), **inherited}
            elif key in data:
                first = self.places.keys[(*path, key)][0]
                hint = f'"{key}" is given first in line {first}; keep one'
                message = f'key "{key}" is given twice'
                self.fail("LH105", message, mark, (*path, key), hint)
            else:
                self.places.keys[(*path, key)] = mark.line + 1, mark.column + 1
                data[key] = self.value(value_node, (*path, key))
        return {**inherited, **data}

    def inherit(self, node: Any, path: Path) -> dict[str, Any]:
        """Return what `<<:` brings in: a mapping, or a list whose first items win."""
        nodes = node.value if node.id == "sequence" else [node]
        found = dict[str, Any]()
        for each in nodes:
            if each.id == "mapping":
                found = {**self.value(each, path), **found}
            else:
                message = "<< must name a mapping or a list of mappings"
                self.fail("LH107", message, each.start_mark, path, "")
        return found

    def refuse_tag(self, node: Any, path: Path) -> None:
        message = f"tag {node.tag} is refused: a document holds plain data only"
        self.fail("LH112", message, node.start_mark, path, "remove the tag")


_KINDS = {
    "scalar": _Reader.scalar,
    "sequence": _Reader.sequence,
    "mapping": _Reader.mapping,
}


def _syntax(error: Any, source: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    message = (error.problem or "the document does not parse").replace("\n", " ")
    hint = ""
    if "'\\t'" in message:
        hint = "indent with spaces, not with tabs"
    elif message.startswith("mapping values are not allowed"):
        message = "a ':' stands where no key can be"
        hint = "check the indentation, or put the value in quotes"
    elif "could not find expected ':'" in message:
        hint = "a key needs ': ' behind it"
    elif message.startswith("but found another document"):
        message, hint = "the file holds more than one document", "keep one"
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem("LH101", message, source, line, column, "", hint)
