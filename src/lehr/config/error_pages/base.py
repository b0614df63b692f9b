"""One page about an error in a text, and what is said of its example."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

from lehr.config.errors import CODES, ConfigError

WIDTH = 76
"""Columns of the messages, which are shown with a margin."""

How = Literal["expression", "yaml", "run", "foreign", "command", "python"]


@dataclass(frozen=True)
class ErrorPage:
    """One page about a code of `CODES`.

    Args:
        code: such as "LH102".
        meaning: what went wrong, in plain words.
        example: a text that has the problem.
        mend: what to do.
        how: what reads the example: "expression", "yaml" (a document), "run" (one of
            `lehr train`), "foreign" (another library's configuration), "command" (a
            command line) or "python".
        shown: the message, where it takes a command or Python to see it.
    """

    code: str
    meaning: str
    example: str
    mend: str
    how: How = "yaml"
    shown: str = ""

    @property
    def title(self) -> str:
        """The one line of `CODES`."""
        return CODES[self.code]


def message(page: ErrorPage) -> str:
    """Return what is said of a page's example; it is read anew where that is quick.

    >>> from lehr.config.error_pages import PAGES
    >>> print(message(PAGES["LH102"]))
    error[LH102]: unknown schedule "cosin"
      --> lr.txt:1:1
       = did you mean "cosine"? known: blend, chain, clip, ...
    """
    if page.shown:
        return page.shown
    try:
        _read(page)
    except ConfigError as error:
        return _shortened(str(error))
    raise ValueError(f"the example of {page.code} has no problem")


def _read(page: ErrorPage) -> None:
    from lehr.config.documents import parse_document

    if page.how == "expression":
        from lehr.config.expressions import read_schedule

        read_schedule(page.example, source="lr.txt")
        return
    document = parse_document(page.example, source="run.yaml")
    if page.how == "run":
        from lehr.config.run_document import read_run

        read_run(document, lambda data: 1_000)
        return
    from lehr.config.configuration import read_config

    read_config(document)


def _shortened(text: str) -> str:
    """Return a message in short lines, with long lists of known words cut."""
    lines = list[str]()
    for line in text.splitlines():
        before, known, rest = line.partition("known: ")
        words = rest.split(", ")
        if known and len(words) > 4:
            rest = ", ".join([*words[:3], "..."])
        lines += wrap(before + known + rest, WIDTH, subsequent_indent="     ") or [""]
    return "\n".join(lines)
