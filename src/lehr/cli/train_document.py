"""The document of a run, as the command line asks for it, read and checked."""

import argparse
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lehr.cli.texts import standard_input
from lehr.config.builtin import BUILT_IN, default_text
from lehr.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lehr.config.documents import Document
    from lehr.config.run_data import DataSection
    from lehr.config.run_document import Run
    from lehr.training.tasks import Task

COMMAND = "<command line>"


@dataclass(frozen=True)
class Asked:
    """What the command line says of the document.

    Args:
        name: a file, "-" for standard input, or a built-in document; None: the one for
            bytes if a text was named, else the one for digits.
        overrides: `key=value` arguments.
        data: where the data are, in place of the document's own path. It is the word of
            the one who typed it, so it may lie anywhere.
        is_text: whether `data` is a text, whatever kind of data the document names.
    """

    name: str | None
    overrides: tuple[str, ...] = ()
    data: Path | None = None
    is_text: bool = False

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Asked":
        """Read the words of the command line: tell the document from the overrides.

        Raises:
            ConfigError: there are two documents.
        """
        arguments = args.arguments
        files = [argument for argument in arguments if "=" not in argument]
        if len(files) > 1:
            message = f"one document at most, got {', '.join(files)}"
            hint = "an override has the form key=value, as in train.epochs=5"
            raise ConfigError([Problem("LH121", message, COMMAND, hint=hint)])
        overrides = tuple(argument for argument in arguments if "=" in argument)
        place = args.data or args.text
        place = None if place is None else Path(os.path.abspath(place))
        return cls(files[0] if files else None, overrides, place, args.text is not None)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was said, so that a run may go on as it was."""
        return self.name is None and not self.overrides and self.data is None

    @property
    def file(self) -> str | None:
        """The file of the document, if it is one."""
        is_file = self.name not in (None, "-", *BUILT_IN)
        return self.name if is_file else None

    @cached_property
    def read(self) -> "tuple[str, Document]":
        """The text of the document, and the document with the overrides.

        Raises:
            ConfigError: it cannot be read, or an override is none.
        """
        from lehr.config.documents import parse_document, read_document, read_text

        word = self.file is not None and not Path(self.file).suffix
        if word and not os.path.isfile(str(self.file)):
            message = f"there is no document {self.file!r}"
            hint = f"built-in: {', '.join(BUILT_IN)}; or the path of a file"
            raise ConfigError([Problem("LH121", message, COMMAND, hint=hint)])
        if self.file is not None:
            document = read_document(self.file)
            return read_text(self.file), self.laid_over(document)
        if self.name == "-":
            text, source = standard_input(), "<stdin>"
        else:
            usual = "bytes" if self.is_text else BUILT_IN[0]
            text, source = default_text(self.name or usual), "<built-in document>"
        return text, self.laid_over(parse_document(text, source=source))

    def laid_over(self, document: "Document") -> "Document":
        """Return a document with what the command line changes in it."""
        from lehr.config.overrides import with_overrides
        from lehr.config.run_data import READ_FROM

        kind = ("data.kind=bytes",) if self.is_text else ()
        document = with_overrides(document, (*kind, *self.overrides))
        if self.data is None:
            return document
        section = document.data.get("data")
        named = section.get("kind") if isinstance(section, dict) else None
        if named not in READ_FROM:
            message = f"--data names what is read, and data of kind {named} are not"
            hint = f"kinds that are: {', '.join(READ_FROM)}"
            raise ConfigError([Problem("LH121", message, COMMAND, hint=hint)])
        return document.merged(("data", READ_FROM[named]), str(self.data), COMMAND)


def checked(
    document: "Document",
    base: Path,
    data: Path | None = None,
    ranks: int | None = None,
) -> "tuple[Run, Task]":
    """Check the whole document, and read its data.

    Args:
        document: with what the command line changes.
        base: the folder that the document's paths start from.
        data: where the data are, in place of the document's own path.
        ranks: processes that share its batches; None if that is not known here.

    Raises:
        ConfigError: with every problem.
    """
    from lehr.config.run_document import read_run

    found: list[Task] = []

    def size(section: "DataSection") -> int:
        from lehr.training.tasks import read_task  # imports torch: only now

        found.append(read_task(section, base, data))
        return len(found[0].train)

    run = read_run(document, size, ranks)
    document = run.document
    from lehr.training.fitness import misfits
    from lehr.training.job import require_shares

    [task] = found
    problems = [
        document.problem("LH106", message, path) for path, message in misfits(run, task)
    ]
    try:
        require_shares(run, len(task.train), ranks or 1)
    except ValueError as error:
        in_plan = "batch_size" in (document.data.get("plan") or {})
        place = ("plan" if in_plan else "train", "batch_size")
        problems.append(document.problem("LH106", str(error), place))
    if problems:
        raise ConfigError(problems)
    return run, task
