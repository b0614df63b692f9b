"""JSON Schema of schedules: every kind with its arguments, from signatures and docs."""

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any

from lehr.config import names
from lehr.schedules.recipes.shapes import SHAPES

Json = dict[str, Any]

_NUMBER = r"(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)([eE][+-]?\d[\d_]*)?"
_WORD = r"(ep|epochs?|tok|tokens?|samples?|updates?)"
_UNIT = rf"(\s*(%|percent|[kKMBGT]?{_WORD}?)|[kKMBGT]\s+{_WORD})"
_FILL = r"[-+*/(\s]*"
_ENDING = r"[)\s]*"
NUMBER_TEXT = rf"^{_FILL}({_NUMBER}|inf){_ENDING}([-+*/]{_FILL}{_NUMBER}{_ENDING})*$"
LENGTH_TEXT = (
    rf"^{_FILL}({_NUMBER}{_UNIT}|inf){_ENDING}"
    rf"([-+*/]{_FILL}{_NUMBER}{_UNIT}{_ENDING})*$"
)
CLOCKS = ("updates", "percent", "epochs", "samples", "tokens")

CHOICES: Mapping[str, tuple[str, ...]] = {
    "fade": ("linear", "cosine"),
    "method": ("linear", "cosine", "monotone_cubic"),
    "mode": ("triangular", "triangular2", "exp_range"),
    "distribution": ("normal", "uniform"),
    "generator": ("threefry", "torch"),
    "shape": tuple(SHAPES),
}
"""The values of parameters that are one of a few words; a test holds them to these."""

FIELDS = {
    "lr": "The learning rate.",
    "weight_decay": "The weight decay.",
    "momentum": "The momentum of SGD.",
    "beta1": "Adam's first coefficient, of the mean of gradients.",
    "beta2": "Adam's second coefficient, of the mean of their squares.",
    "eps": "Adam's epsilon.",
}


def schedule_definitions() -> dict[str, Json]:
    """Return the definitions that `#/$defs/schedule` needs, by name."""
    words: dict[str, list[str]] = {}
    for word, name in names.known().items():
        words.setdefault(name, []).append(word)
    kinds = {name: _kind(name, several) for name, several in sorted(words.items())}
    refs = [{"$ref": f"#/$defs/{name}"} for name in kinds]
    expression = {"type": "string", "pattern": r"\S", "description": _EXPRESSION}
    return {
        "schedule": {
            "description": "A number, an expression, or a mapping with a kind.",
            "anyOf": [{"type": "number"}, {"$ref": "#/$defs/composed"}],
        },
        "composed": {
            "anyOf": [expression, *refs, {"$ref": "#/$defs/hydra"}],
        },
        "hydra": {
            "type": "object",
            "description": "A schedule as Hydra names it; nothing is imported by it.",
            "properties": {"_target_": {"type": "string", "pattern": r"^lehr\."}},
            "required": ["_target_"],
            "not": {"required": ["kind"]},
        },
        "length": _LENGTH,
        "number": {"anyOf": [{"type": "number"}, _text(NUMBER_TEXT)]},
        **kinds,
    }


_EXPRESSION = (
    "An expression, such as wsd(peak=3e-4, warmup=5%, decay=20%): calls of schedules "
    "and recipes, numbers, lengths with a unit, + - * / and parentheses."
)
_LENGTH: Json = {
    "description": "A length in updates, or with a unit: 2000, 5%, 3ep, 1.5Btok, "
    "64k samples, {tokens: 10000000}.",
    "anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": LENGTH_TEXT},
        {
            "type": "object",
            "properties": {clock: {"type": "number", "minimum": 0} for clock in CLOCKS},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ],
}


def schedules_schema() -> Json:
    """Return the schema of the section `schedules`: by field, perhaps by group."""
    null: Json = {"type": "null"}
    each = {
        "anyOf": [
            {"$ref": "#/$defs/schedule"},
            null,
            {
                "type": "object",
                "description": "One schedule per group of parameters.",
                "propertyNames": {"not": {"enum": ["kind", "_target_"]}},
                "additionalProperties": {"anyOf": [{"$ref": "#/$defs/schedule"}, null]},
                "minProperties": 1,
            },
        ]
    }
    return {
        "type": "object",
        "description": "What each hyper-parameter follows, by its name.",
        "properties": {
            name: {"description": text, **each} for name, text in FIELDS.items()
        },
        "additionalProperties": each,
        "minProperties": 1,
    }


def _kind(name: str, words: list[str]) -> Json:
    doc = inspect.getdoc(names.factory(name)) or ""
    told = arguments_of(doc)
    if elsewhere := re.search(r"^Args.*: as `(\w+)`", doc, re.MULTILINE):
        told = arguments_of(inspect.getdoc(names.factory(elsewhere[1])) or "")
    parameters = names.parameters(name)
    return {
        "type": "object",
        "description": " ".join(doc.partition("\n\n")[0].split()),
        "properties": {
            "kind": {"enum": sorted(words, key=lambda w: (w != w.lower(), w))},
            **{key: _parameter(name, p, told) for key, p in parameters.items()},
        },
        "required": ["kind", *(k for k, p in parameters.items() if _needed(k, p))],
        "additionalProperties": False,
    }


def _needed(name: str, parameter: inspect.Parameter) -> bool:
    # The length of the run stands in for a total that is left out.
    return parameter.default is parameter.empty and name != "total"


def _parameter(
    kind: str, parameter: inspect.Parameter, told: Mapping[str, str]
) -> Json:
    shown = str(parameter.annotation)
    made = _type(kind, parameter.name, shown)
    default = parameter.default
    if default is None:
        made = {"anyOf": [made, {"type": "null"}]}
    elif isinstance(default, int | float | str) and default != math.inf:
        made = {**made, "default": default}
    text = told.get(parameter.name)
    return {"description": text, **made} if text else made


def _type(kind: str, name: str, shown: str) -> Json:
    """Return the schema of a parameter's type, as its annotation says it."""
    if name in CHOICES:
        return {"enum": list(CHOICES[name])}
    if names.takes_text(kind, name):
        return {"type": "string"}
    length = names.takes_length(kind, name)
    item: Json = {"$ref": "#/$defs/length" if length else "#/$defs/number"}
    if name == "points":
        pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": item}
        return _several(pair)
    if "Schedule" in shown:
        inner = "schedule" if name == "terms" else "composed"
        one: Json = {"$ref": f"#/$defs/{inner}"}
        return _several(one) if "tuple" in shown else one
    if "tuple" in shown or "Sequence" in shown:
        return _several(item, least=int(name != "boundaries"))
    return item


def _several(item: Json, least: int = 1) -> Json:
    """Return the schema of a list; an expression may give it too."""
    return {
        "anyOf": [
            {"type": "array", "items": item, "minItems": least},
            _text(r"^\s*[(\[]"),
        ]
    }


def _text(pattern: str) -> Json:
    return {"type": "string", "pattern": pattern}


def arguments_of(doc: str) -> dict[str, str]:
    r"""Return what a docstring says of each argument.

    >>> arguments_of("Do.\n\nArgs:\n    a: first,\n        or not.\n    b: second.\n")
    {'a': 'first, or not.', 'b': 'second.'}
    """
    section = re.search(r"^Args:\n((?: +.*\n?|\n)+)", doc, re.MULTILINE)
    found = re.findall(
        r"^    (\w+): (.*(?:\n {5,}.*)*)", section[1] if section else "", re.MULTILINE
    )
    return {name: " ".join(text.split()) for name, text in found}
