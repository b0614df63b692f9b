"""`lehr plot`: schedules as a picture, in the terminal or in a file."""

import argparse
import os
import sys

from lehr._typing import TYPE_CHECKING
from lehr.cli.sources import add_picture, add_plan, add_sources
from lehr.cli.usage import UsageError

if TYPE_CHECKING:
    from lehr.plotting.scene import Scene

EXAMPLE = 'lehr plot "cosine(3e-4, 0, 10k)" "linear(3e-4, 0, 10k)" -o two.svg'

_EPILOG = """\
more examples:
  lehr plot "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000 --log
  lehr plot run.yaml -o run.pdf         a panel for each field of a document
  lehr plot "cosine(1, 0, 3ep)" --plan dataset_size=50k,batch_size=32,epochs=3
  lehr plot run.yaml --run runs/one     as planned, and as the run applied it
  lehr plot "noam(512, warmup=4000)" --marks checkpoint=5000 --marks half=50%

A file is drawn by its ending; .png and .pdf need matplotlib, .svg does not.
--width and --height are pixels there, of each panel.
"""
_ENDINGS = (".svg", ".png", ".pdf")
_DPI = 150
_JSON_POINTS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr plot` takes to its parser."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add_sources(parser)
    add_plan(parser)
    add(
        *("-o", "--file"),
        metavar="FILE",
        help="draw into a file, by its ending: .svg, .png, .pdf",
    )
    add(
        "--axis",
        choices=("epochs", "samples", "tokens"),
        metavar="UNIT",
        help="the unit of the second axis: epochs, samples or tokens (default: what "
        "the plan has)",
    )
    add(
        "--marks",
        metavar="NAME=T",
        nargs="+",
        action="extend",
        default=[],
        help="updates to annotate: checkpoint=5000 half=50%% third=3ep",
    )
    add("--run", metavar="RUN", help="the folder of a run: what it applied")
    add("--title", metavar="TEXT", default="", help="a line above")
    add(
        "--theme",
        choices=("light", "dark", "auto"),
        help="of an .svg; auto (the default) follows the page",
    )
    add_picture(parser)
    parser.set_defaults(height=None)
    add("--json", action="store_true", help="the points, for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules, or a plan.
        ImportError: the file needs matplotlib, which is not installed.
        OSError: the file cannot be written.
        UsageError: the options do not fit together.
        ValueError: there is no such run, or nothing of it can be drawn.
    """
    from lehr.cli.plot_scene import scene_of

    ending = os.path.splitext(args.file)[1].lower() if args.file else ""
    if args.file and ending not in _ENDINGS:
        known = ", ".join(_ENDINGS)
        raise UsageError(f"--file must end in one of {known}, got {args.file}")
    if args.json and args.file:
        raise UsageError("--json and --file both say what is made", "leave one out")
    if args.theme and ending != ".svg":
        raise UsageError("--theme is for an .svg", "add: -o picture.svg")
    scene = scene_of(args)
    if args.json:
        _print_points(scene)
    elif not args.file:
        _print(scene, args)
    else:
        _write(scene, args, ending)
        print(f"wrote {args.file}", file=sys.stderr)
    return 0


# -------------------------------------------------------------------------- drawing


def _print(scene: "Scene", args: argparse.Namespace) -> None:
    from lehr.plotting.console import has_braille, terminal_width, wants_color
    from lehr.plotting.terminal import draw_described

    picture = draw_described(
        scene,
        args.width or terminal_width(),
        args.height or 12,
        args.ascii or not has_braille(),
        wants_color(),
    )
    print(picture)


def _write(scene: "Scene", args: argparse.Namespace, ending: str) -> None:
    from lehr.cli.writing import write

    several = len(scene.panels) > 1
    if ending == ".svg":
        from lehr.plotting.svg import scene_svg

        size = args.width or 720, args.height or (240 if several else 360)
        text = scene_svg(scene, *size, args.theme or "auto")
        write(args.file, text)
        return
    import warnings

    from lehr.plotting.figure_panels import figure_of, scene_axes

    figure = figure_of(next(iter(scene_axes(scene).values())))
    wide, tall = figure.get_size_inches()
    if args.width:
        wide = args.width / _DPI
    if args.height:
        tall = args.height * len(scene.panels) / _DPI
    figure.set_size_inches(wide, tall)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "constrained_layout not applied")
        try:
            figure.savefig(args.file, dpi=_DPI)
        except UserWarning:
            raise UsageError(
                f"{wide * _DPI:.0f} by {tall * _DPI:.0f} pixels are too few for the "
                "names in the picture",
                "give more: --width 900 --height 400, or draw an .svg",
            ) from None


def _print_points(scene: "Scene") -> None:
    import json

    print(
        json.dumps(
            [
                {
                    "field": panel.field or None,
                    "name": curve.name or None,
                    "applied": curve in panel.applied,
                    "points": list(curve.points(scene.end, _JSON_POINTS)),
                }
                for panel in scene.panels
                for curve in (*panel.curves, *panel.applied)
            ]
        )
    )
