"""Named things in configuration: a name and its arguments, in every usual form."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lehr.config.documents import ENDINGS, Document, read_document
from lehr.config.errors import ConfigError, Path, Problem, suggest
from lehr.config.plain import is_omegaconf, plain, unresolved_problems

NESTED = ("name", "class_name", "args", "checkpoint")
"""The keys of the nested form."""

EXAMPLES = {"optimizer": "AdamW", "scheduler": "CosineAnnealingLR"}


@dataclass(frozen=True)
class Spec:
    """A name with its arguments, as read from a configuration.

    Args:
        what: the noun for messages, such as "scheduler".
        name: what is asked for.
        arguments: plain values by name; a copy that belongs to the reader.
        document: where it was read.
        path: the place of the mapping in the document.
        name_path: the place of the name.
        argument_path: the place of the arguments.
        beside: arguments that stand at `path`, beside the others.
        label: the name that the user gave to it, in the nested form.
    """

    what: str
    name: str
    arguments: dict[str, Any]
    document: Document
    path: Path
    name_path: Path
    argument_path: Path
    beside: tuple[str, ...] = ()
    label: str | None = None

    def problem(
        self,
        code: str,
        message: str,
        argument: str | Path | None = None,
        hint: str = "",
        key: bool = False,
    ) -> Problem:
        """Return a problem with an argument, with a part of one, or with the name.

        >>> spec = read_spec({"name": "SGD", "lr": -1}, "optimizer")
        >>> print(spec.problem("LH106", "lr must be >= 0, got -1", "lr"))
        error[LH106]: lr must be >= 0, got -1
          --> <dict>   at lr
        """
        if argument is None:
            return self.document.problem(code, message, self.name_path, hint, key)
        inner = (argument,) if isinstance(argument, str) else argument
        before = self.path if inner[:1] and inner[0] in self.beside else None
        path = (*(self.argument_path if before is None else before), *inner)
        return self.document.problem(code, message, path, hint, key)

    def child(self, argument: str, index: int) -> "Spec":
        """Return what element `index` of a list argument names, with its arguments.

        Raises:
            ConfigError: the argument has no such element, or it names nothing.

        >>> config = {"name": "ChainedScheduler", "schedulers": [{"name": "StepLR"}]}
        >>> read_spec(config, "scheduler").child("schedulers", 0).name
        'StepLR'
        """
        items = self.arguments.get(argument)
        if not isinstance(items, list | tuple):
            message = f"{argument} must be a list, got {items!r}"
            raise ConfigError([self.problem("LH107", message, argument)])
        if not 0 <= index < len(items):
            message = f"{argument} has {len(items)} elements, so no [{index}]"
            raise ConfigError([self.problem("LH104", message, argument)])
        start = self.path if argument in self.beside else self.argument_path
        reader = _Reader(self.document, self.what, ())
        return reader.spec((*start, argument, index))


def read_spec(
    config: Any,
    what: str,
    *,
    beside: Sequence[str] = (),
) -> Spec:
    """Return the name and the arguments that a configuration holds; it is not changed.

    Two forms: flat, `{"name": "StepLR", "step_size": 30}`, and nested,
    `{"class_name": "StepLR", "args": {"step_size": 30}}`, where `name` is a label.
    A mapping whose only key is `what` (or "lr_" and it) is opened.

    Args:
        config: a mapping, a dataclass, an OmegaConf DictConfig, or the path of a YAML,
            JSON or TOML file.
        what: the noun for messages, such as "scheduler".
        beside: arguments that the nested form may hold beside `args`.

    Raises:
        ConfigError: the file or the form is wrong; every problem of the form.

    >>> spec = read_spec({"class_name": "SGD", "args": {"lr": 0.1}}, "optimizer")
    >>> spec.name, spec.arguments
    ('SGD', {'lr': 0.1})
    """
    document = _document(config, what)
    path: Path = ()
    if len(document.data) == 1:
        [key] = document.data
        if key in (what, f"lr_{what}"):
            path = (key,)
    if left := unresolved_problems(document, path):
        raise ConfigError(left)
    return _Reader(document, what, tuple(beside)).spec(path)


def _document(config: Any, what: str) -> Document:
    if isinstance(config, Document):
        return config
    if isinstance(config, str | os.PathLike):
        _refuse_bare_name(config, what)
        return read_document(config)
    source = "<DictConfig>" if is_omegaconf(config) else "<dict>"
    try:
        data = plain(config)
    except RecursionError:
        message = "the configuration is nested too deeply, or holds itself"
        raise ConfigError([Problem("LH111", message, source)]) from None
    if not isinstance(data, dict):
        shown = repr(config).partition("\n")[0][:40]
        message = f"the {what} must be a mapping or the path of a file, got {shown}"
        hint = f"pass {_example(what)}"
        raise ConfigError([Problem("LH107", message, source, hint=hint)])
    return Document(data, source)


def _refuse_bare_name(config: str | os.PathLike[str], what: str) -> None:
    """Refuse a text that is neither a file nor looks like one."""
    text = os.fspath(config)
    ending = os.path.splitext(text)[1].lower()
    if text == "-" or ending in ENDINGS or os.path.isfile(text):
        return
    message = f'there is no file "{text}"'
    named = text.isidentifier()
    example = _example(what, text) if named else _example(what)
    hint = f"the {what} of that name is {example}" if named else f"pass {example}"
    raise ConfigError([Problem("LH110", message, text, hint=hint)])


def _example(what: str, name: str | None = None) -> str:
    return f'{{"name": "{name or EXAMPLES.get(what, "...")}"}}'


@dataclass(frozen=True)
class _Reader:
    """Reads specs from the mappings of one document."""

    document: Document
    what: str
    beside: tuple[str, ...]

    def spec(self, path: Path) -> Spec:
        """Return the spec that the mapping at `path` holds."""
        value = self.document.at(path)
        problems = self._wrong_keys(value, path)
        if problems:
            raise ConfigError(problems)
        # An optional key that is None is absent: dataclasses spell out every field.
        if value.get("checkpoint") is not None:
            problems.append(self._checkpoint((*path, "checkpoint")))
        nested = "class_name" in value or "args" in value
        found = self._nested(value, path) if nested else self._flat(value, path)
        if not isinstance(found, Spec):
            problems += found
        if problems or not isinstance(found, Spec):
            raise ConfigError(problems)
        return found

    def _wrong_keys(self, value: Any, path: Path) -> list[Problem]:
        if not isinstance(value, dict):
            message = f"the {self.what} must be a mapping, got {value!r}"
            hint = f"write {_example(self.what)}"
            return [self.document.problem("LH107", message, path, hint)]
        return [
            self.document.problem(
                "LH107", f"a key must be text, got {key!r}", (*path, key), key=True
            )
            for key in value
            if not isinstance(key, str)
        ]

    def _checkpoint(self, path: Path) -> Problem:
        message = f"the configuration of the {self.what} loads no checkpoint"
        hint = f"build the {self.what}, then call its load_state_dict(...)"
        return self.document.problem("LH103", message, path, hint, key=True)

    def _flat(self, value: dict[str, Any], path: Path) -> Spec | list[Problem]:
        problems = self._name_problems(value, "name", path)
        if problems:
            return problems
        left = {k: v for k, v in value.items() if k not in ("name", "checkpoint")}
        return self._made(value["name"], left, path, "name", path)

    def _nested(self, value: dict[str, Any], path: Path) -> Spec | list[Problem]:
        key = "class_name" if "class_name" in value else "name"
        problems = self._name_problems(value, key, path)
        given = value.get("args")
        arguments = {} if given is None else given
        if not isinstance(arguments, dict):
            message = f"args must be a mapping, got {given!r}"
            problems.append(self.document.problem("LH107", message, (*path, "args")))
            arguments = {}
        problems += self._wrong_keys(arguments, (*path, "args"))
        outside, more = self._outside(value, arguments, path)
        problems += more
        label = value.get("name") if key == "class_name" else None
        if label is not None and not isinstance(label, str):
            message = f"name must be text, got {label!r}"
            problems.append(self.document.problem("LH107", message, (*path, "name")))
        if problems:
            return problems
        under = (*path, "args") if given is not None else path
        merged = {**arguments, **outside}
        return self._made(value[key], merged, path, key, under, tuple(outside), label)

    def _outside(
        self, value: dict[str, Any], arguments: dict[str, Any], path: Path
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Return the arguments beside `args`, and what may not stand there."""
        outside, problems = {}, []
        for key, each in value.items():
            place = (*path, key)
            if key in NESTED or (key in self.beside and each is None):
                continue
            if key not in self.beside:
                message = f'unknown key "{key}" beside args'
                hint = f"arguments stand under args; {suggest(key, NESTED[:3])}"
                problem = self.document.problem("LH103", message, place, hint, key=True)
                problems.append(problem)
            elif key in arguments and arguments[key] != each:
                message = f"{key} is {each!r} here, and {arguments[key]!r} under args"
                hint = f"give {key} once"
                problems.append(self.document.problem("LH105", message, place, hint))
            elif key not in arguments:
                outside[key] = each
        return outside, problems

    def _name_problems(
        self, value: dict[str, Any], key: str, path: Path
    ) -> list[Problem]:
        if key not in value or value[key] in (None, ""):
            message = f'the {self.what} needs the key "{key}"'
            hint = f"write {_example(self.what)} with its arguments beside it"
            if key not in value and value:
                message += f"; it has {', '.join(map(str, value))}"
            for part in (self.what, f"lr_{self.what}"):
                if isinstance(value.get(part), dict):
                    hint = f'pass what is under "{part}"'
            return [self.document.problem("LH104", message, path, hint)]
        if not isinstance(value[key], str):
            message = f"{key} must be text, got {value[key]!r}"
            return [self.document.problem("LH107", message, (*path, key))]
        return []

    def _made(
        self,
        name: str,
        arguments: dict[str, Any],
        path: Path,
        key: str,
        under: Path,
        beside: tuple[str, ...] = (),
        label: str | None = None,
    ) -> Spec:
        return Spec(
            self.what,
            name,
            plain(arguments),
            self.document,
            path,
            (*path, key),
            under,
            beside,
            label,
        )
