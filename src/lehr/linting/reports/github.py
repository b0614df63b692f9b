"""Findings as annotations of GitHub Actions: lines that a workflow prints."""

from lehr.linting.reports.base import Entry, Outcome

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report(outcome: Outcome) -> str:
    """Return one workflow command per finding or problem; "" if there is none.

    Source: GitHub, Workflow commands for GitHub Actions.

    >>> from lehr.config.errors import Problem
    >>> problem = Problem("LH101", "100% wrong", "a,b.yaml", 3, 1)
    >>> report(Outcome(problems=(problem,)))
    '::error file=a%2Cb.yaml,line=3,col=1,title=LH101::100%25 wrong'
    """
    return "\n".join(map(_annotation, outcome.entries))


def _annotation(each: Entry) -> str:
    is_file = each.source and not each.source.startswith("<")
    properties = {
        "file": each.source if is_file else None,
        "line": each.line if is_file else None,
        "col": each.column if is_file else None,
        "title": f"{each.code} {each.name}" if each.finding else each.code,
    }
    said = ",".join(
        f"{name}={_property(str(value))}"
        for name, value in properties.items()
        if value is not None
    )
    at = f" (at {each.at})" if each.at else ""
    help_ = f"\n{each.help}" if each.help else ""
    return f"::{_COMMANDS[each.severity]} {said}::{_data(each.message + at + help_)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
