"""Another library's configuration on the command line, as a schedule."""

from dataclasses import replace

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.given import Given
from lehr.cli.usage import UsageError, did_you_mean
from lehr.config.documents import Document
from lehr.dialects import LIBRARIES
from lehr.importing import from_config
from lehr.importing.configs.base import Source
from lehr.importing.configs.formats import FORMATS
from lehr.importing.configs.text import document_of

if TYPE_CHECKING:
    from lehr.cli.reading import Reader


def library_of(document: Document) -> str | None:
    """Return whose configuration a document looks like, if it is known by its keys."""
    source = Source(document)
    return next((each.library for each in FORMATS if each.marks(source)), None)


def read_foreign(what: Document | str, source: str, reader: "Reader") -> Given:
    """Return the schedule that another library's configuration says.

    Args:
        what: the configuration, or its text: a document, or flags.
        source: its name in messages.
        reader: what is known beside it.

    Raises:
        ConfigError: it is nobody's, or does not say enough.
        UsageError: there is no such library.
    """
    known = sorted({*LIBRARIES, *(each.library for each in FORMATS)})
    if reader.library is not None and reader.library not in known:
        hint = did_you_mean(reader.library, known)
        hint = f"{hint} known: {', '.join(known)}".strip()
        raise UsageError(f'argument --library: unknown "{reader.library}"', hint)
    document = document_of(what)
    document = replace(document, source=source)
    plan: Any = reader.plan
    schedule = from_config(document, reader.library, base=reader.base, plan=plan)
    return Given(f"lr   ({source})", schedule, "lr", document, (), plan)
