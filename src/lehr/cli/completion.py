"""`lehr completion`: what makes a shell complete the words of lehr."""

import argparse

EXAMPLE = "lehr completion bash"

SHELLS = ("bash", "zsh", "fish")

_EPILOG = """\
install, once, and again when lehr is updated:
  mkdir -p ~/.local/share/bash-completion/completions
  lehr completion bash > ~/.local/share/bash-completion/completions/lehr

  mkdir -p ~/.zfunc && lehr completion zsh > ~/.zfunc/_lehr
  # in ~/.zshrc, before compinit: fpath+=~/.zfunc

  lehr completion fish > ~/.config/fish/completions/lehr.fish

or for this shell alone: source <(lehr completion bash)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr completion` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument("shell", choices=SHELLS, help="the shell to write for")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from lehr.cli.completing import described_commands
    from lehr.cli.shells import SCRIPTS

    print(SCRIPTS[args.shell](described_commands()), end="")
    return 0
