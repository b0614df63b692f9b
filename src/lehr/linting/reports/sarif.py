"""Findings as SARIF 2.1.0, which code-scanning services read."""

import json
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import quote

from lehr.config.errors import CODES
from lehr.linting.base import Finding
from lehr.linting.reports.base import Entry, Outcome
from lehr.linting.rules import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Rewritten = Callable[[Finding], str | None]


def report(outcome: Outcome, rewritten: Rewritten = lambda finding: None) -> str:
    """Return one SARIF run. Rules that found something are described in it.

    Args:
        outcome: what was found.
        rewritten: returns the text of a finding's document as its fix would leave it;
            None where that is not known. From it come the fixes.

    Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
    """
    entries = outcome.entries
    codes = sorted({each.code for each in entries})
    driver = {
        "name": "lehr",
        "semanticVersion": _version(),
        "rules": [_rule(code) for code in codes],
    }
    results = [_result(e, codes.index(e.code), outcome, rewritten) for e in entries]
    invocation = {"executionSuccessful": not outcome.problems}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("lehr")
    except PackageNotFoundError:
        return "0.0.0"


def _rule(code: str) -> dict[str, Any]:
    rule = RULES.get(code)
    if rule is None:
        title, level, name, why = CODES.get(code, code), "error", code, ""
    else:
        title, level, name, why = rule.title, rule.severity, rule.name, rule.why
    said = why or f"{title[:1].upper()}{title[1:]}."
    words = f"{said}\n\nMore: lehr explain {code}"
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": said},
        "help": {
            "text": words,
            "markdown": words.replace("lehr explain", "`lehr explain") + "`",
        },
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["hyper-parameters"]},
    }


def _result(
    each: Entry, index: int, outcome: Outcome, rewritten: Rewritten
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": each.code,
        "ruleIndex": index,
        "level": each.severity,
        "message": {
            "text": f"{each.message}\n{each.help}" if each.help else each.message
        },
        "locations": [_location(each)],
    }
    text = outcome.texts.get(each.source)
    new = rewritten(each.finding) if each.finding and each.is_fixable else None
    if text is not None and new is not None and new != text:
        change = {
            "artifactLocation": _artifact(each),
            "replacements": _parts(text, new),
        }
        fix = {"description": {"text": each.help}, "artifactChanges": [change]}
        result["fixes"] = [fix]
    return result


def _location(each: Entry) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if each.source:
        physical: dict[str, Any] = {"artifactLocation": _artifact(each)}
        if each.line is not None:
            physical["region"] = {
                "startLine": each.line,
                "startColumn": each.column or 1,
            }
        location["physicalLocation"] = physical
    if each.at:
        name = {"fullyQualifiedName": each.at, "kind": "member"}
        location["logicalLocations"] = [name]
    return location


def _artifact(each: Entry) -> dict[str, Any]:
    """Return where a file is: relative as it was named, absolute as file://."""
    name = each.source.strip("<>") if each.source.startswith("<") else each.source
    path = PurePath(name)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(PurePosixPath(*path.parts).as_posix())}


def _parts(old: str, new: str) -> list[dict[str, Any]]:
    """Return the changed lines as replacements of regions."""
    before, behind = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, behind, autojunk=False)
    return [
        {
            "deletedRegion": _region(before, a, b),
            "insertedContent": {"text": "".join(behind[c:d])},
        }
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _region(lines: list[str], a: int, b: int) -> dict[str, int]:
    """Return lines a to b, b excluded; the last of a text may lack its end."""
    begin = {"startLine": a + 1, "startColumn": 1}
    if b == len(lines) and lines and b > a and not lines[-1].endswith("\n"):
        return begin | {"endLine": b, "endColumn": len(lines[-1]) + 1}
    return begin | {"endLine": b + 1, "endColumn": 1}
