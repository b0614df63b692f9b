"""What pydantic finds wrong with a run document, in our words and at its place."""

from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lehr.config.documents import Document
from lehr.config.errors import Path, Problem, format_path, suggest
from lehr.config.plain import hint_for_text

_TYPES = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_RULES = {
    "greater_than": ">",
    "greater_than_equal": ">=",
    "less_than": "<",
    "less_than_equal": "<=",
}


def run_problems(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[Problem]:
    """Return every problem of `error`, each with its code, its place and a hint."""
    return [_problem(details, document, model) for details in error.errors()]


def _problem(
    details: ErrorDetails, document: Document, model: type[BaseModel]
) -> Problem:
    kind, given = details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx", {})
    path, owner = _locate(details["loc"], model)
    name = _named(path)
    if kind == "extra_forbidden":
        hint = suggest(name, _keys(owner))
        return document.problem(
            "LH103", f'unknown key "{name}"', path, hint=hint, key=True
        )
    if kind == "missing":
        hint = "schedules: {lr: 1e-3}" if path == ("schedules",) else ""
        return document.problem("LH104", f'missing key "{name}"', path, hint)
    if kind == "union_tag_not_found":
        hint = f"known kinds: {', '.join(sorted(_tags(owner, name)))}"
        return document.problem("LH104", 'missing key "kind"', path, hint)
    if kind == "union_tag_invalid":
        known = _tags(owner, name)
        message = f'unknown kind of {name} "{context["tag"]}"'
        hint = suggest(str(context["tag"]), known)
        return document.problem("LH120", message, (*path, "kind"), hint=hint)
    if kind in _TYPES:
        message = f"{name} must be {_TYPES[kind]}, got {given!r}"
        hint = hint_for_text(given) if kind in ("int_type", "float_type") else ""
        hint = _inside(owner, str(path[-1])) if kind.startswith("model_") else hint
        return document.problem("LH107", message, path, hint)
    return document.problem(
        "LH106", _refusal(kind, name, given, context, details), path
    )


def _inside(owner: type[BaseModel], key: str) -> str:
    """Return the hint for what is no mapping, and should be the section `key`."""
    if tags := _tags(owner, key):
        return f"a mapping with kind: {' or '.join(sorted(tags))}"
    section = _section(owner, key)
    return f"its keys: {', '.join(sorted(_keys(section)))}" if section else ""


def _named(path: Path) -> str:
    """Return what to call the value at a path: `width`, or `sizes[1]` in a list."""
    if not path:
        return "the document"
    return format_path(path[-2:] if isinstance(path[-1], int) else path[-1:])


def _refusal(
    kind: str, name: str, given: Any, context: dict[str, Any], details: ErrorDetails
) -> str:
    """Return the rule that a value of the right type breaks."""
    if kind in _RULES:
        [limit] = context.values()
        return f"{name} must be {_RULES[kind]} {limit}, got {given!r}"
    if kind == "literal_error":
        return f"{name} must be {context['expected']}, got {given!r}"
    if kind == "string_too_short":
        return f"{name} must not be empty, got {given!r}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return (
            f"{name} must be letters, digits, '.', '_' and '-', at most 100, the first "
            f"a letter or digit, got {given!r}"
        )
    return f"{name}: {details['msg'][0].lower()}{details['msg'][1:]}, got {given!r}"


def _locate(
    where: tuple[int | str, ...], model: type[BaseModel]
) -> tuple[Path, type[BaseModel]]:
    """Return the path in the document, and the section that holds its last key.

    pydantic puts the tag of a tagged union into the path; the document has no such
    level.
    """
    path: list[int | str] = []
    owner = model
    steps = list(where)
    while steps:
        key = steps.pop(0)
        path.append(key)
        tags = _tags(owner, str(key))
        if tags and steps:
            owner = tags[str(steps.pop(0))]
        elif steps and (section := _section(owner, str(key))):
            owner = section
    return tuple(path), owner


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _section(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return the section under `key`, or of each item of the list there, if any."""
    field = model.model_fields.get(key)
    return _only_model(field.annotation) if field else None


def _only_model(kind: Any) -> type[BaseModel] | None:
    """Return the one section in an annotation such as `X`, `X | None`, `list[X]`."""
    if isinstance(kind, type) and not get_args(kind):
        return kind if issubclass(kind, BaseModel) else None
    found = [made for inner in get_args(kind) if (made := _only_model(inner))]
    return found[0] if len(found) == 1 else None


def _tags(model: type[BaseModel], key: str) -> dict[str, type[BaseModel]]:
    """Return the kinds of section under `key`, by their names; none if it has none."""
    field = model.model_fields.get(key)
    if field is None or field.discriminator is None:
        return {}
    kinds = [k for k in get_args(field.annotation) if k is not NoneType]
    return {kind.model_fields["kind"].annotation.__args__[0]: kind for kind in kinds}
