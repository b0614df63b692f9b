"""The actions of `lehr checkpoint`."""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lehr.cli.checkpoint_removal import remove
from lehr.cli.checkpoint_report import about, listing, readable, report, screen
from lehr.cli.usage import UsageError, did_you_mean
from lehr.training.checkpoint import catalog, manifest
from lehr.training.checkpoint.errors import CheckpointError, CheckpointVersionError
from lehr.training.checkpoint.verification import problems_of


def _print_all(args: argparse.Namespace, data: Any, screens: Sequence[str]) -> None:
    text = "\n\n".join(screens)
    print(json.dumps(data, indent=2, allow_nan=False) if args.json else text)


def _ls(args: argparse.Namespace) -> int:
    lists = [listing(folder, _found(folder)) for folder in args.folders]
    _print_all(args, lists, [report(one) for one in lists])
    return 0


def _show(args: argparse.Namespace) -> int:
    shown = [about(_newest(folder)) for folder in args.folders]
    _print_all(args, shown, [screen(one) for one in shown])
    return 0


def _verify(args: argparse.Namespace) -> int:
    paths = dict.fromkeys(path for folder in args.folders for path in _found(folder))
    found = [(path, *_checked(path)) for path in paths]
    lines = []
    for path, state, problems in found:
        lines.append(f"{state if state == 'ok' else state.upper():<8} {path}")
        lines += [f"         {problem}" for problem in problems]
    bad = sum(state != "ok" for _, state, _ in found)
    number = f"{len(found)} checkpoint{'s' * (len(found) != 1)}"
    lines.append(f"{number}, {bad} not good" if bad else f"{number}, every byte read")
    data = [{"path": str(p), "state": s, "problems": why} for p, s, why in found]
    _print_all(args, data, ["\n".join(lines)])
    return 1 if bad else 0


def _checked(path: Path) -> tuple[str, list[str]]:
    """Return how a checkpoint is, in a word, and why."""
    try:
        problems = problems_of(path)
    except CheckpointVersionError as error:
        return "newer", [str(error)]
    return ("damaged" if problems else "ok"), problems


def _export(args: argparse.Namespace) -> int:
    if len(args.folders) != 1:
        raise UsageError(f"export takes one FOLDER, got {len(args.folders)}")
    if args.output is None:
        raise UsageError("export needs a file", "-o model.safetensors")
    output = Path(args.output)
    if output.exists() and not args.force:
        raise UsageError(f"{output} exists", "--force replaces it")
    path = _newest(args.folders[0])
    from lehr.training.weights import export_weights

    try:
        export_weights(path, output)
    except CheckpointError as error:
        raise UsageError(str(error)) from None
    size = output.stat().st_size
    data = {"checkpoint": str(path), "file": str(output), "bytes": size}
    _print_all(args, data, [f"wrote {output} ({readable(size)}) from {path}"])
    return 0


def _rm(args: argparse.Namespace) -> int:
    for folder in args.folders:
        if [Path(folder)] != _found(folder):
            raise UsageError(
                f"{folder} is no checkpoint, but holds some",
                "name those to remove: lehr checkpoint ls " + folder,
            )
    # A folder that is named twice is removed once.
    paths = [*dict.fromkeys(Path(folder).resolve() for folder in args.folders)]
    links = [folder for folder in args.folders if os.path.islink(folder.rstrip("/"))]
    if links:
        raise UsageError(f"{links[0]} is a link", "name the checkpoint itself")
    remove(paths, force=args.force)
    removed = [str(path) for path in args.folders]
    _print_all(args, {"removed": removed}, ["\n".join(f"removed {r}" for r in removed)])
    return 0


def _found(folder: str) -> list[Path]:
    """Return the checkpoints that an argument names."""
    path = Path(folder)
    if not path.is_dir():
        near = ""
        if path.parent.is_dir():
            near = did_you_mean(path.name, [p.name for p in path.parent.iterdir()])
        raise UsageError(f"there is no folder {folder}", near)
    if catalog.ENTRY.fullmatch(path.name) or (path / manifest.NAME).is_file():
        return [path]
    for place in (path / "checkpoints", path):
        if found := catalog.folders(place):
            return found
    raise UsageError(f"there is no checkpoint in {folder}")


def _newest(folder: str) -> Path:
    """Return the one checkpoint that is named, or the newest that has a manifest."""
    found = _found(folder)
    if found == [Path(folder)]:
        return found[0]
    try:
        entries, damaged = catalog.entries(found[0].parent)
    except CheckpointError as error:
        raise UsageError(str(error)) from None
    if not entries:
        raise UsageError(str(damaged[-1]))
    return entries[-1].path


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "ls": _ls,
    "show": _show,
    "verify": _verify,
    "export": _export,
    "rm": _rm,
}
"""What each action does."""
