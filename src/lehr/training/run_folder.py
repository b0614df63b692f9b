"""The folder of one run: what was asked, what happened, what was learned."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_FACTS = "run.json"
_STOP = "stopped.json"


@dataclass(frozen=True)
class RunFolder:
    """Names in the folder of a run.

        config.yaml      the document as it was given, with its own ending
        resolved.yaml    the same with every default written out; trains the same run
        run.json         when and with what it was started
        run.sqlite       the store: all that was logged, and how the run stands
        metrics.jsonl    one line per update, and the evaluations
        checkpoints/     the last and the best
        curves.png .svg  planned and applied rate, losses
        summary.json     how it ended
        stopped.json     that it was to stop, for torchrun's restarts; then gone

    Args:
        path: the folder.
    """

    path: Path

    @property
    def resolved(self) -> Path:
        return self.path / "resolved.yaml"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def curves(self) -> tuple[Path, Path]:
        return self.path / "curves.png", self.path / "curves.svg"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"

    @property
    def facts(self) -> dict[str, Any]:
        """Read what was written when the run was started.

        Raises:
            ValueError: the file is not one that `create` wrote.
        """
        return self.read(_FACTS, "started")

    @property
    def exists(self) -> bool:
        """Whether a run was started here: its facts are written last."""
        return (self.path / _FACTS).is_file()

    def require_free(self) -> None:
        """Refuse a folder in which a run was started before.

        Raises:
            FileExistsError: there is one.
        """
        if self.exists:
            raise FileExistsError(
                f"{self.path} holds a run already; continue it with --resume, or "
                "choose another folder"
            )

    def create(
        self, config: str, ending: str, resolved: str, facts: Mapping[str, Any]
    ) -> None:
        """Write what is known before the first update.

        Args:
            config: the text of the document.
            ending: of its file, such as ".yaml".
            resolved: the text of the resolved document, YAML.
            facts: what else tells how the run was started.

        Raises:
            FileExistsError: a run was started here before.
            OSError: the folder cannot be written.
        """
        self.require_free()
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / f"config{ending}").write_text(config, "utf-8")
        self.resolved.write_text(resolved, "utf-8")
        self.write(_FACTS, {"started": datetime.now(UTC).isoformat(), **facts})

    def read(self, name: str, *needed: str) -> dict[str, Any]:
        """Read a small JSON file that `write` wrote, with the needed names in it.

        Raises:
            ValueError: it is damaged, or something else.
            OSError: it cannot be read.
        """
        path = self.path / name
        try:
            data = json.loads(path.read_bytes())
        except ValueError:
            data = None
        if not isinstance(data, dict) or not data.keys() >= set(needed):
            raise ValueError(
                f"{path} is damaged, or no file of a run of lehr: put it back, or "
                "move it away"
            )
        return data

    def note_stop(self, code: int, launch: str) -> None:
        """Note that somebody had the run stop, for a launcher that starts it again."""
        self.write(_STOP, {"code": code, "launch": launch})

    def take_stop(self, launch: str) -> int | None:
        """Return the exit code that was noted in this launch, and forget it."""
        path = self.path / _STOP
        if not path.is_file():
            return None
        noted = self.read(_STOP, "code", "launch")
        path.unlink()
        return int(noted["code"]) if noted["launch"] == launch else None

    def write(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a small JSON file that is there whole or not at all."""
        draft = self.path / f".{name}.{os.getpid()}"
        draft.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
        draft.replace(self.path / name)


def new_run(output: Path, name: str) -> RunFolder:
    """Return a folder for a new run: its name and the time, and a number if taken."""
    stem = f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = output / stem, 2
    while path.exists():
        path, number = output / f"{stem}-{number}", number + 1
    return RunFolder(path)


def latest_run(output: Path) -> RunFolder | None:
    """Return the run that was started last, if there is one."""
    folders = [RunFolder(path) for path in output.glob("*") if path.is_dir()]
    runs = [folder for folder in folders if folder.exists]
    return max(runs, key=lambda run: str(run.facts.get("started", "")), default=None)
