"""The page of a rule or of an error: why, an example with what is said, a way out."""

from collections.abc import Iterable, Mapping
from textwrap import indent, wrap
from typing import Any

from lehr.config.error_pages import PAGES, ErrorPage, message
from lehr.config.errors import CODES, ConfigError
from lehr.linting.base import Example, Finding, Rule
from lehr.linting.examples import findings_of, name_of
from lehr.linting.reports import text
from lehr.linting.reports.base import of_finding
from lehr.linting.rules import RULES
from lehr.linting.rules.suppressions import CODES as ABOUT_SUPPRESSIONS

Section = tuple[str, tuple[str, ...]]
"""A heading, and blocks: paragraphs, or texts that begin with four blanks."""

_CODE = "    "


def rule_page(rule: Rule, width: int = 80) -> list[Section]:
    """Return the sections of a rule's page.

    >>> [heading for heading, _ in rule_page(RULES["LH097"])]
    ['Why', 'Finds', 'Does not find', 'Not to be told']
    """
    bad = [block for each in rule.bad for block in _bad(rule, each, width)]
    good = [_code(shown(each)) for each in rule.good]
    sections: list[Section] = [
        ("Why", tuple(rule.why.split("\n\n"))),
        ("Finds", tuple(bad)),
        ("Does not find", tuple(good)),
    ]
    if how := how_to_mend(rule):
        sections.append(("Mend", how))
    sections.append(("Not to be told", _how_to_suppress(rule.code)))
    if rule.source:
        sections.append(("Source", (rule.source,)))
    return sections


def error_page(page: ErrorPage) -> list[Section]:
    """Return the sections of an error's page.

    >>> [heading for heading, _ in error_page(PAGES["LH102"])]
    ['What it means', 'Example', 'Mend']
    """
    command = page.how == "command"
    example = f"$ {page.example}" if command else page.example
    return [
        ("What it means", (page.meaning,)),
        ("Example", (_code(example), _code(message(page)))),
        ("Mend", (page.mend,)),
    ]


def headline(code: str) -> tuple[str, str]:
    """Return the first line of a code's page, and its title.

    >>> headline("LH001")
    ('LH001 negative, an error', 'a value below 0 while training')
    """
    if code in RULES:
        rule = RULES[code]
        article = "an" if rule.severity == "error" else "a"
        return f"{code} {rule.name}, {article} {rule.severity}", rule.title
    return f"{code}, an error in a text", CODES[code]


def sections_of(code: str, width: int = 80) -> list[Section]:
    """Return the sections of a code's page."""
    if code in RULES:
        return rule_page(RULES[code], width)
    if code in PAGES:
        return error_page(PAGES[code])
    return []


def page(code: str, width: int = 80) -> str:
    """Return the page of a code for a terminal."""
    first, title = headline(code)
    lines = [first, *wrap(title, width)]
    for heading, blocks in sections_of(code, width):
        lines += ["", heading]
        for number, block in enumerate(blocks):
            lines += [""] * (number > 0)
            if block.startswith(_CODE):
                lines += block.splitlines()
            else:
                lines += wrap(
                    block, width - 2, initial_indent="  ", subsequent_indent="  "
                )
    return "\n".join(lines)


def table(width: int = 80) -> str:
    """Return every rule and every error of texts, a line each.

    >>> "a value below 0 while training" in table()
    True
    """
    longest = max(len(rule.name) for rule in RULES.values())
    lines = ["rules of lehr lint   (E error, W warning, N note)"]
    for rule in RULES.values():
        before = f"  {rule.code} {rule.severity[0].upper()}  {rule.name:<{longest}}  "
        lines += wrap(before + rule.title, width, subsequent_indent=" " * len(before))
    lines += ["", "errors in texts"]
    lines += [f"  {code}  {title}" for code, title in sorted(CODES.items())]
    return "\n".join(lines)


def facts(code: str) -> dict[str, Any]:
    """Return a page's content for programs."""
    if code not in RULES:
        about = PAGES.get(code)
        known: Mapping[str, Any] = vars(about) if about else {}
        shown = message(about) if about else ""
        return {"code": code, "title": CODES[code], **known, "shown": shown}
    rule = RULES[code]
    names = ("code", "name", "title", "severity", "why", "source")
    return {
        **{name: getattr(rule, name) for name in names},
        "bad": [vars(each) for each in rule.bad],
        "good": [vars(each) for each in rule.good],
    }


def shown_with_findings(rule: Rule, example: Example, width: int = 80) -> list[str]:
    """Return an example as it would stand in a file, and what is said of it."""
    said = [text.entry(of_finding(each), width=width) for each in _said(rule, example)]
    return [shown(example), *(["\n\n".join(said)] if said else [])]


def _bad(rule: Rule, example: Example, width: int) -> Iterable[str]:
    return map(_code, shown_with_findings(rule, example, width - len(_CODE)))


def _said(rule: Rule, example: Example) -> list[Finding]:
    """Return what a rule says of an example; nothing of one that cannot be read."""
    try:
        return findings_of(rule, example)
    except ConfigError:
        return []


def shown(example: Example) -> str:
    """Return an example as it would stand in a file, or be typed with its run."""
    if example.format == "expression" and example.steps:
        return f'$ lehr lint "{example.text.strip()}" --steps {example.steps}'
    if example.library and example.format != "expression":
        return f"# {name_of(example)} of {example.library}\n{example.text}"
    return example.text


def _code(block: str) -> str:
    return indent(block.strip("\n"), _CODE, lambda line: True)


def how_to_mend(rule: Rule) -> tuple[str, ...]:
    """Return what the fix of a rule does, and whether by itself; () without one."""
    found = [f for example in rule.bad for f in _said(rule, example) if f.fix]
    if not found or found[0].fix is None:
        return ()
    fix = found[0].fix
    by = "`lehr lint --fix` does it" if fix.safe else "by hand: it changes the run"
    return (f"{fix.title[:1].upper()}{fix.title[1:]} ({by}).",)


def _how_to_suppress(code: str) -> tuple[str, ...]:
    outside = _code(f'lehr.lint(..., ignore=["{code}"])   lehr lint --ignore {code}')
    if code in ABOUT_SUPPRESSIONS:
        return (outside,)
    return (
        _code(f"lr: ...  # lehr: ignore[{code}] the reason")
        + "\n"
        + _code(f'lint: {{ignore: [{{rule: {code}, reason: "the reason"}}]}}')
        + "\n"
        + outside,
    )
