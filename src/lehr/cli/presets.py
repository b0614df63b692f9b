"""`lehr presets`: published recipes, with their sources and the numbers they imply."""

import argparse

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.usage import UsageError, did_you_mean

if TYPE_CHECKING:
    from lehr.presets import Preset

EXAMPLE = "lehr presets gpt3-175b"

_EPILOG = """\
more examples:
  lehr presets                          all of them
  lehr presets vit                      those with a word in name or title
  lehr presets resnet-50 --document > run.yaml
  lehr show preset:minicpm-2.4b --log   any command takes one as a document

A number that a source leaves open is named in the notes of its recipe.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr presets` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME or WORD",
        help="a recipe to tell about, or a word to look for (default: list all)",
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--document", action="store_true", help="print its document, to begin with"
    )
    shown.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: there is no such recipe.
    """
    from lehr.presets import preset, preset_names

    known = preset_names()
    if args.name in known:
        return _tell(preset(args.name), args)
    found = [preset(name) for name in known]
    if args.name is not None:
        word = args.name.lower()
        found = [one for one in found if word in f"{one.name} {one.title}".lower()]
    if not found or args.document:
        message = f'no preset is named "{args.name}"'
        if args.name is None:
            message = "--document needs the name of a preset"
        near = did_you_mean(args.name or "", known)
        raise UsageError(message, near or "see: lehr presets")
    if args.json:
        _print_json([_plain(one) for one in found])
        return 0
    wide = max(len(one.name) for one in found)
    for one in found:
        print(f"{one.name:<{wide}}  {_cut(one.title, 78 - wide)}")
    return 0


def _tell(one: "Preset", args: argparse.Namespace) -> int:
    if args.document:
        print(one.text, end="")
    elif args.json:
        _print_json(_plain(one))
    else:
        print(_screen(one))
    return 0


def _plain(one: "Preset") -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "source": one.source,
        "notes": one.notes,
        **one.facts(),
    }


def _screen(one: "Preset") -> str:
    from textwrap import fill

    from lehr._figures import short
    from lehr.plotting.console import terminal_width
    from lehr.plotting.terminal import draw

    wide = terminal_width()
    config, facts = one.config, one.facts()
    said = [one.title, f"Source: {one.source}", one.notes]
    parts = ["\n".join(fill(text, wide) for text in said if text)]
    for name, schedule in config.schedules.items():
        picture = draw(
            schedule, title=name, height=6, width=wide, steps=facts["updates"]
        )
        parts.append(picture)
    rows = [("updates", f"{facts['updates']:,}")]
    rows += [
        (name, f"{facts[name]:,}") for name in ("samples", "tokens") if facts[name]
    ]
    rows.append(("batch", f"{facts['batch']:,} samples an update"))
    warmup = facts["warmup"]
    share = f" ({warmup / facts['updates']:.2%} of the run)" if warmup else ""
    rows.append(("warmup", f"{warmup:,} updates{share}"))
    rows.append(("peak", short(facts["peak"])))
    left = facts["final"] / facts["peak"]
    rows.append(("final", f"{short(facts['final'])} ({left:.3g} of the peak)"))
    rows.append(("mean", f"{short(facts['mean'])} (area {short(facts['area'])})"))
    parts.append("\n".join(f"{name:<8} {value}" for name, value in rows))
    parts.append(f"lehr presets {one.name} --document > run.yaml")
    return "\n\n".join(parts)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 3] + "..."


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, indent=2))
