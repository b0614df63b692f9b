"""The plan of a document whose data say how long an epoch is."""

from pathlib import Path

from lehr.config.documents import Document
from lehr.config.run_data import DataSection
from lehr.config.run_document import document_plan
from lehr.plan import Plan
from lehr.training.tasks import read_task


def plan_of_data(
    document: Document, base: str | Path = ".", data: Path | None = None
) -> Plan | None:
    """Return the plan of a document of `lehr train`, its data read for their size.

    `read_config(document, plan=plan_of_data(document, folder))` then resolves lengths
    in epochs and parts of the run.

    Args:
        document: any; without a section `data` there is no plan to find here.
        base: the folder that the document's paths start from.
        data: where the data are, in place of the document's own path.

    Raises:
        ConfigError: what the document says of its run is wrong, or the data are.

    >>> from lehr.config import parse_document
    >>> text = "{data: {kind: digits}, schedules: {}, train: {epochs: 2}}"
    >>> plan_of_data(parse_document(text)).dataset_size
    1169
    """

    def size(section: DataSection) -> int:
        return len(read_task(section, Path(base), data).train)

    return document_plan(document, size)
