"""Schedules as text of any format, and that text in a file."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from lehr.cli.given import Given
from lehr.cli.usage import UsageError, did_you_mean
from lehr.cli.values import is_name
from lehr.cli.writing import refuse_existing, whole
from lehr.config.documents import Format
from lehr.config.expressions import write_schedule

_DOCUMENTS: dict[str, Format] = {"yaml": "yaml", "json": "json", "toml": "toml"}
_BY_ENDING = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".py": "python",
    ".csv": "csv",
    ".lehr": "expression",
    ".txt": "expression",
}


def format_of(told: str | None, file: str | None) -> str:
    """Return the format that was told, or that the ending of a file tells.

    Raises:
        UsageError: neither tells one.
    """
    if told is not None:
        return told
    ending = os.path.splitext(file or "")[1].lower()
    if ending not in _BY_ENDING:
        known = f"known endings: {', '.join(_BY_ENDING)}" if file else ""
        hint = known or "such as --to yaml or --to torch; see: lehr convert --help"
        raise UsageError("say the format: --to FORMAT", hint)
    return _BY_ENDING[ending]


def chosen(given: Sequence[Given], field: str | None) -> list[Given]:
    """Return the schedules of a field, or all.

    Raises:
        UsageError: no schedule has that field.
    """
    if field is None:
        return list(given)
    known = [each.label for each in given]
    found = [each for each in given if field in (each.field, each.name)]
    if not found:
        hint = f"{did_you_mean(field, known)} known: {', '.join(known)}".strip()
        raise UsageError(f'there is no schedule "{field}"', hint)
    return found


def written(given: Sequence[Given], form: str, file: TextIO) -> None:
    """Write schedules in a format.

    Raises:
        UsageError: the format has room for one schedule only.
        CannotExport: it cannot express the schedule.
    """
    if form in _DOCUMENTS:
        from lehr.config import write_document

        file.write(write_document(document_of(given), _DOCUMENTS[form]))
    elif form == "csv":
        from lehr.cli.rows import Rows

        Rows.of(given, every=1).write_csv(file)
    elif form == "expression":
        file.writelines(f"{line}\n" for line in _expressions(given))
    else:
        from lehr.exporting import to_code

        if len(given) > 1:
            names = ", ".join(each.label for each in given)
            hint = f"--field {given[0].label}" if given[0].field else "one at a time"
            raise UsageError(f"{form} takes one schedule, got {names}", hint)
        file.write(to_code(given[0].schedule, form).rstrip("\n") + "\n")


def document_of(given: Sequence[Given]) -> dict[str, Any]:
    """Return the document that the schedules are from, or a new one that has them."""
    document = given[0].document
    if document is not None and "schedules" in document.data:
        whole = [each.path for each in given]
        if all(each.document is document for each in given) and len(whole) == len(
            list(_leaves(document.data["schedules"]))
        ):
            return document.data
    schedules: dict[str, Any] = {}
    for each, name in zip(given, _fields(given), strict=True):
        *outer, last = name.split(".")
        inner = schedules
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = write_schedule(each.schedule)
    return {"schema": 1, "schedules": schedules}


def _leaves(value: Any) -> Sequence[Any]:
    """Return what stands for a schedule each."""
    if isinstance(value, dict) and "kind" not in value:
        return [leaf for each in value.values() for leaf in _leaves(each)]
    return [value]


def _fields(given: Sequence[Given]) -> list[str]:
    """Return the hyper-parameter of each; one that nothing says is the rate.

    Raises:
        UsageError: two are the same.
    """
    fields = [
        each.field or (each.name if is_name(each.name) else "lr") for each in given
    ]
    twice = [name for name in fields if fields.count(name) > 1]
    if twice:
        hint = "name them: lr=cosine(...) weight_decay=0.1"
        raise UsageError(f"several schedules would be {twice[0]}", hint)
    return fields


def _expressions(given: Sequence[Given]) -> list[str]:
    texts = [write_schedule(each.schedule) for each in given]
    if len(given) == 1:
        return texts
    return [f"{n} = {t}" for n, t in zip(_fields(given), texts, strict=True)]


def write(
    produce: Callable[[TextIO], None], file: str | None, force: bool = False
) -> None:
    """Write what `produce` writes to standard output, or to a file once it is whole.

    Raises:
        UsageError: the file exists, and is not to be replaced.
        OSError: it cannot be written.
    """
    if file is None or file == "-":
        produce(sys.stdout)
        return
    refuse_existing(file, force)
    with whole(file) as opened:
        produce(opened)
    print(f"wrote {file}", file=sys.stderr)
