"""What `lehr train` starts with: a run, its data, its folder, the same on all ranks."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lehr.cli.train_document import COMMAND, Asked, checked
from lehr.cli.train_ranks import once
from lehr.cli.train_resume import given_data, output_folder, run_to_continue
from lehr.cli.usage import described
from lehr.config.documents import parse_document
from lehr.config.errors import ConfigError, Problem
from lehr.config.run_document import Run
from lehr.training.engine import Engine
from lehr.training.run_folder import RunFolder, new_run
from lehr.training.tasks import Task


@dataclass(frozen=True)
class Start:
    """A checked run that may begin or go on.

    Args:
        run: the document's values, its plan and its schedules.
        task: what it learns, and from what.
        folder: where everything is left.
        resume: whether it was begun before.
        base: the folder that the document's paths start from.
        data: where the data are that were named on the command line.
        given: what a new folder is created from: text, its ending, further facts.
    """

    run: Run
    task: Task
    folder: RunFolder
    resume: bool
    base: Path
    data: Path | None
    given: tuple[str, str, dict[str, Any]] = field(default=("", "", {}))

    @classmethod
    def read(cls, args: argparse.Namespace, ranks: int) -> "Start":
        """Read and check all that was asked for; write nothing.

        Raises:
            ConfigError: the arguments or the document are wrong.
            FileExistsError: a new run, and the folder has one.
        """
        asked = Asked.of(args)
        chosen = None if args.run_dir is None else RunFolder(args.run_dir)
        begun = args.auto_resume and chosen is not None and chosen.exists
        if args.resume or begun:
            folder = run_to_continue(args.run_dir, asked)
            base, data = Path(folder.facts["folder"]), given_data(folder)
            _, document = Asked(str(folder.resolved)).read
            run, task = checked(document, base, data, ranks)
            return cls(run, task, folder, True, base, data)
        base = (Path(asked.file).parent if asked.file else Path()).resolve()
        text, document = asked.read
        run, task = checked(document, base, asked.data, ranks)
        if chosen is not None:
            chosen.require_free()
        folder = chosen or new_run(output_folder(run.config.output), run.config.name)
        ending = Path(asked.file).suffix if asked.file else ".yaml"
        facts = {"folder": str(base), "overrides": list(asked.overrides)}
        if asked.data is not None:
            facts["given"] = str(asked.data)
        return cls(run, task, folder, False, base, asked.data, (text, ending, facts))

    def plain(self) -> dict[str, Any]:
        """Return what another rank needs to come to the same."""
        return {
            "document": yaml.safe_dump(self.run.resolved(), sort_keys=False),
            "folder": str(self.folder.path.absolute()),
            "resume": self.resume,
            "base": str(self.base),
            "data": None if self.data is None else str(self.data),
        }

    @classmethod
    def again(cls, plain: dict[str, Any]) -> "Start":
        """Read the run that rank 0 has read and checked.

        Raises:
            ConfigError: what it needs is not here.
        """
        folder = RunFolder(Path(plain["folder"]))
        base = Path(plain["base"])
        data = None if plain["data"] is None else Path(plain["data"])
        document = parse_document(plain["document"], source=str(folder.resolved))
        run, task = checked(document, base, data)
        return cls(run, task, folder, plain["resume"], base, data)


def start(args: argparse.Namespace, engine: Engine, ranks: int) -> Start:
    """Read and check a run: rank 0 says which, the others follow.

    Raises:
        ConfigError: the arguments or the document are wrong; of several processes, rank
            0 has told it, and SystemExit ends them.
    """
    here: list[Start] = []

    def read() -> dict[str, Any]:
        here.append(Start.read(args, ranks))
        return {} if engine.alone else here[0].plain()

    plain = once(engine, read)
    if engine.alone:
        return here[0]
    told = ""
    if not engine.is_main:
        try:
            here.append(Start.again(plain))
        except (ValueError, OSError, ImportError) as error:
            told = described(error)
    known = engine.gather((here[0].task.fingerprint() if here else "", told))
    once(engine, lambda: _require_alike(known))
    return here[0]


def _require_alike(known: list[tuple[str, str]]) -> None:
    """Refuse ranks that cannot read the data, or read others."""
    for rank, (fingerprint, told) in enumerate(known):
        if told:
            raise ValueError(f"rank {rank} cannot begin:\n{told}")
        if fingerprint != known[0][0]:
            message = f"rank {rank} reads other data than rank 0"
            hint = "let all machines see the same files"
            raise ConfigError(
                [Problem("LH122", message, COMMAND, path="data", hint=hint)]
            )
