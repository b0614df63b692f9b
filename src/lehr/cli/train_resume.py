"""The run that `lehr train --resume` goes on with, by its own settings alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lehr.cli.train_document import COMMAND, Asked, checked
from lehr.config.errors import ConfigError, Problem
from lehr.config.errors import Path as Keys
from lehr.training.run_folder import RunFolder, latest_run

if TYPE_CHECKING:
    from lehr.config.documents import Document


def output_folder(name: str) -> Path:
    """Return the folder of the run folders, which lies in the current one.

    Raises:
        ConfigError: it does not.
    """
    from lehr.config.run_document import inside

    try:
        return inside(Path(), name).relative_to(Path().resolve())
    except ValueError as error:
        hint = "for a folder elsewhere there is --run-dir"
        problem = Problem("LH123", str(error), COMMAND, path="output", hint=hint)
        raise ConfigError([problem]) from None


def given_data(folder: RunFolder) -> Path | None:
    """Return where the data of a run are that were named on its command line."""
    place = folder.facts.get("given")
    return Path(place) if isinstance(place, str) else None


def run_to_continue(chosen: Path | None, asked: Asked) -> RunFolder:
    """Find the run to continue; refuse to continue it with other settings.

    Args:
        chosen: its folder; None: the latest one in the document's output.
        asked: what else was typed.

    Raises:
        ConfigError: there is none, or it was another run.
    """
    if chosen is not None:
        folder: RunFolder | None = RunFolder(chosen)
        where = str(chosen)
    else:
        _, document = asked.read
        where = str(document.data.get("output", "runs"))
        folder = latest_run(output_folder(where))
    if folder is None or not folder.exists:
        message = f"there is no run to continue in {where}"
        hint = "start one without --resume, or name its folder: --run-dir DIR"
        raise ConfigError([Problem("LH124", message, COMMAND, hint=hint)])
    if not asked.is_nothing:
        _refuse_changes(folder, asked)
    return folder


def _refuse_changes(folder: RunFolder, asked: Asked) -> None:
    """Refuse what asks for another run than the saved one."""
    from lehr.config.documents import read_document

    saved = read_document(folder.resolved)
    wanted = _changed(saved, asked) if asked.name is None else asked.read[1]
    base, data = Path(folder.facts["folder"]), given_data(folder)
    before = checked(saved, base, data)[0].resolved()
    after = checked(wanted, base, asked.data or data)[0].resolved()
    problems = [
        wanted.problem(
            "LH125",
            f"{name} was {old!r} when the run was started, and is {new!r} now",
            tuple(name.split(".")),
            "leave it as it was, or start a new run without --resume",
        )
        for name, old, new in _differences(before, after)
    ]
    if problems:
        raise ConfigError(problems)


def _changed(saved: "Document", asked: Asked) -> "Document":
    """Return the saved document with what is typed, be it in the words of `plan`.

    What `plan` says of the length and the batch is saved in `train`.
    """
    from lehr.config.durations import BATCH, LENGTHS

    wanted = asked.laid_over(saved)
    plan = wanted.data.get("plan")
    typed = set(plan) if isinstance(plan, dict) else set[str]()
    lengths = dict.fromkeys(LENGTHS, next((n for n in LENGTHS if n in typed), None))
    said = {**lengths, **{name: name for name in BATCH if name in typed}}
    moved: dict[Keys, Keys] = {
        ("train", now): ("plan", name) for now, name in said.items() if name
    }
    train = {k: v for k, v in wanted.data["train"].items() if not said.get(k)}
    return replace(wanted, data={**wanted.data, "train": train}, moved=moved)


def _differences(
    before: dict[str, Any], after: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each value that differs: its path, before, after."""
    for key in before | after:
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{prefix}{key}.")
        elif old != new:
            yield f"{prefix}{key}", old, new
