"""JSON Schema of documents, for editors that complete, explain and check."""

from collections.abc import Mapping
from typing import Any

from lehr._checks import choice
from lehr.config.run_train import STRATEGIES
from lehr.config.schedule_schema import schedule_definitions, schedules_schema
from lehr.config.sections.groups import DEFAULT

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

NOT_SAID = {
    "what an expression says": "a string of JSON Schema has a pattern, not a grammar",
    "the values of a schedule's arguments": "their rules join several of them, such as "
    "warmup <= total; the reader knows them",
    "whether a length can be resolved": "that takes the plan, or the size of the data",
    "that a run has one length, in plan or in train": "it may stand in two sections",
    "what `lehr train` needs beside schedules": "other commands read documents that "
    "have no data, no optimizer and no section train",
    "that some schedule is not null": "keys that are null are left out",
    "that a group of a schedule is one of `groups`": "it may be any name",
    "which of lehr's names a node of Hydra's has": "the reader knows them",
    "that a mapping without kind holds groups": "a group may have any name",
    "which unit fits a key of plan, and which other keys it needs": "units are words",
    "what another library's optimizer takes": "that library knows",
    "which fields an optimizer has": "schedules stand apart from the optimizer",
    "rules of several keys": "validation + test < 1, width a multiple of 2 x heads, "
    "nesterov with momentum, classes without a regression",
    "that 5.0 is no whole number": "to JSON Schema it is an integer",
    "a section of an older version": "`lehr fmt --migrate` brings it to this one",
    "files and folders": "a schema sees no disk",
}
"""What the reader refuses and the schema cannot, with the reason."""

_EVERY: Json = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string"},
        {"type": "null"},
    ],
    "description": "Updates, or a length such as 2ep, 10k samples, 1Mtok or 30m.",
}
_REFINED: Mapping[str, Json] = {
    "fused": {"enum": ["auto", True, False]},
    "compile": {"type": ["boolean", "object"]},
    "strategy": {"enum": list(STRATEGIES)},
    "evaluate_every": _EVERY,
    "checkpoint_every": _EVERY,
}
"""Keys that the models check by a function, which says nothing to a schema."""

_GROUPS: Json = {
    "type": ["object", "null"],
    "description": "Groups of parameters, by patterns over their names; first wins.",
    "propertyNames": {"not": {"const": DEFAULT}},
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
            },
        ]
    },
}

_NAME: Json = {"type": "string", "minLength": 1}
_BY_NAME: Json = {
    "type": "object",
    "description": "A library's own optimizer, by its name.",
    "properties": {"name": _NAME, "class_name": _NAME, "args": {"type": "object"}},
    "anyOf": [{"required": ["name"]}, {"required": ["class_name"]}],
    "not": {"required": ["kind"]},
}


def json_schema(section: str | None = None) -> Json:
    """Return the JSON Schema (draft 2020-12) of a document, or of one section of it.

    Sections come from the models that read them, schedules from their signatures and
    docstrings, so that an editor completes every kind with its arguments. What the
    schema accepts the reader may still refuse: `NOT_SAID` lists such rules.

    Args:
        section: "schedules", "train", ...; the whole document by default.

    Raises:
        ValueError: there is no such section.
        ImportError: pydantic is not installed.

    >>> schema = json_schema()
    >>> schema["properties"]["train"]["properties"]["epochs"]["anyOf"][0]
    {'minimum': 1, 'type': 'integer'}
    >>> schema["$defs"]["Linear"]["required"]
    ['kind', 'start', 'end', 'steps']
    """
    whole = _whole()
    if section is None:
        return whole
    properties = whole["properties"]
    choice("section", section, tuple(properties))
    definitions = _used(properties[section], whole["$defs"])
    title = f"The section {section} of a document of lehr"
    head = {"$schema": DIALECT, "title": title}
    return {**head, **properties[section], "$defs": definitions}


def _whole() -> Json:
    try:
        from lehr.config import run
    except ImportError as error:
        if error.name != "pydantic":
            raise
        raise ImportError(
            "the schema is made from models of pydantic: pip install 'lehr[config]'"
        ) from None
    made = _plainer(run.AnyConfig.model_json_schema(by_alias=True))
    definitions = {**made["$defs"], **schedule_definitions()}
    properties = {**made["properties"], "groups": _GROUPS}
    properties["schedules"] = schedules_schema()
    properties["optimizer"] = {"anyOf": [*properties["optimizer"]["anyOf"], _BY_NAME]}
    for name in run.MAY_BE_NULL:
        properties[name] = {"anyOf": [properties[name], {"type": "null"}]}
    for name in ("train", "plan", "logging", "lint"):
        properties[name] = _opened(properties[name], definitions)
    return {
        "$schema": DIALECT,
        "title": "A document of lehr",
        "description": "Schedules, and the run that they belong to.",
        "type": "object",
        "properties": properties,
        "required": ["schedules"],
        "additionalProperties": False,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _opened(value: Json, definitions: Mapping[str, Json]) -> Json:
    """Return a section that is one definition, or null, as that definition."""
    choices = [each for each in value.get("anyOf", ()) if each != {"type": "null"}]
    [only] = choices if len(choices) == 1 else [value]
    name = only.get("$ref", "").rpartition("/")[2]
    if name not in definitions:
        return value
    return definitions[name] | ({"type": ["object", "null"]} if choices else {})


def _plainer(value: Any, name: str = "") -> Any:
    """Return a model's schema without noise, and with what functions would check."""
    if isinstance(value, list):
        return [_plainer(each) for each in value]
    if not isinstance(value, dict):
        return value
    if name in _REFINED and _says_nothing(value):
        value = {**value, **_REFINED[name]}
    made: Json = {}
    for key, each in value.items():
        if key in ("title", "discriminator"):
            continue
        if key == "properties":
            made[key] = {k: _plainer(v, k) for k, v in each.items()}
        elif key == "description":
            made[key] = " ".join(each.split())
        elif key in ("default", "const", "enum"):
            made[key] = each
        else:
            made[key] = _plainer(each)
    return made


def _says_nothing(value: Json) -> bool:
    if any(each == {} for each in value.get("anyOf", ())):
        return True
    if value.get("type") == "string" and not value.keys() & {"enum", "const"}:
        return True
    return not value.keys() & {"type", "anyOf", "oneOf", "$ref", "enum", "const"}


def _used(value: Any, definitions: Mapping[str, Json]) -> dict[str, Json]:
    """Return the definitions that a schema refers to, directly or not."""
    found: dict[str, Json] = {}
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = definitions[name]
                waiting.append(found[name])
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return dict(sorted(found.items()))
