"""`lehr checkpoint`: list, show, verify, export and remove checkpoints."""

import argparse

from lehr.cli.usage import UsageError, did_you_mean

EXAMPLE = "lehr checkpoint verify runs/digits-20260101-120000"

_EPILOG = """\
actions:
  ls       what there is, oldest first; reads the manifests only
  show     the newest of a run, or the one that is named
  verify   read every byte; exit code 1 if one is not as it was written
  export   the weights alone, to a safetensors file; the newest of a run
  rm       remove checkpoints by name

A file KEEP in a checkpoint's folder (touch it) marks one that no rule drops.

more examples:
  lehr checkpoint ls runs/digits-20260101-120000
  lehr checkpoint export runs/digits-20260101-120000 -o model.safetensors

exit codes: 0 done; 1 one is damaged; 2 wrong words, or it is refused.
"""


_ACTIONS = ("ls", "show", "verify", "export", "rm")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr checkpoint` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument("action", metavar="ACTION", help=" | ".join(_ACTIONS))
    parser.add_argument(
        "folders",
        nargs="+",
        metavar="FOLDER",
        help="of a run, of its checkpoints, or of one checkpoint",
    )
    parser.add_argument("--json", action="store_true", help="the same for programs")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="of export: ends in .safetensors"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="rm even the last good one or one marked to be kept; overwrite a file",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: there is no such action or folder, or it is refused.
    """
    if args.action not in _ACTIONS:
        near = did_you_mean(args.action, _ACTIONS)
        hint = f"{near} known: {', '.join(_ACTIONS)}".strip()
        raise UsageError(f'unknown action "{args.action}"', hint)
    if args.output is not None and args.action != "export":
        raise UsageError(f"{args.action} writes no file: leave --output out")
    from lehr.cli.checkpoint_actions import ACTIONS

    return ACTIONS[args.action](args)
