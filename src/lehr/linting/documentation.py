"""The pages of the documentation about all rules, and about all errors of texts."""

from collections.abc import Iterable
from textwrap import wrap

from lehr.config.error_pages import PAGES, message
from lehr.config.errors import CODES
from lehr.linting import pages
from lehr.linting.base import Rule
from lehr.linting.rules import RULES

_WIDTH = 118
_RULES = (
    "What [`lehr lint`](linting.md) looks for. `lehr explain CODE` shows more of a "
    "rule in the terminal: all its examples, and how to say that something is meant. "
    "[What a text is refused for](error-codes.md) has a page of its own. This page is "
    "written by `lehr explain --all --markdown`."
)
_ERRORS = (
    "What a document, an expression or a command line is refused for. These codes "
    "cannot be suppressed; [the rules of lint](lint-rules.md), below LH100, can. This "
    "page is written by `lehr explain --errors --markdown`."
)


def rules() -> str:
    """Return docs/lint-rules.md: a table, and a short section for each rule."""
    rows = [
        f"| [{r.code}](#{_anchor(r.code)}) | {r.name} | {r.severity} | {r.title} |"
        for r in RULES.values()
    ]
    table = ["| code | name | severity | finds |", "|---|---|---|---|", *rows]
    return _joined(
        ["# The rules of lint", _filled(_RULES), "\n".join(table), *map(section, RULES)]
    )


def errors() -> str:
    """Return docs/error-codes.md: a table, and a short section for each code."""
    rows = [f"| [{c}](#{_anchor(c)}) | {title} |" for c, title in sorted(CODES.items())]
    table = ["| code | means |", "|---|---|", *rows]
    return _joined(
        [
            "# The errors of texts",
            _filled(_ERRORS),
            "\n".join(table),
            *map(section, sorted(CODES)),
        ]
    )


def section(code: str) -> str:
    r"""Return a code's section: why, what is found in which text, a text without it.

    >>> print(section("LH098").partition("\n\n")[0])
    (lh098)=
    ## LH098 ignored-unknown, a warning
    """
    first, title = pages.headline(code)
    head = f"({_anchor(code)})=\n## {first}"
    parts = _of_rule(RULES[code]) if code in RULES else _of_error(code)
    return _joined([head, f"{title[:1].upper()}{title[1:]}.", *parts])


def _of_rule(rule: Rule) -> Iterable[str]:
    yield from map(_filled, rule.why.split("\n\n"))
    for example in rule.bad[:1]:
        blocks = pages.shown_with_findings(rule, example)
        yield _fenced("\n\n".join(block.strip("\n") for block in blocks))
    for example in rule.good[:1] if rule.bad else ():
        yield "Nothing is found in:"
        yield _fenced(pages.shown(example).strip("\n"))
    for line in pages.how_to_mend(rule):
        yield f"Mend: {line[:1].lower()}{line[1:]}"
    if rule.source:
        yield _filled(f"Source: {rule.source}.")


def _of_error(code: str) -> Iterable[str]:
    page = PAGES.get(code)
    if page is None:
        return
    before = "$ " if page.how == "command" else ""
    example = before + page.example.strip("\n")
    yield _filled(page.meaning)
    yield _fenced(f"{example}\n\n{message(page)}")
    yield _filled(f"Mend: {page.mend[:1].lower()}{page.mend[1:]}")


def _anchor(code: str) -> str:
    return code.lower()


def _filled(text: str) -> str:
    return "\n".join(wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(parts)
