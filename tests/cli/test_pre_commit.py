"""The hooks for pre-commit call commands that exist, with options that they have."""

import shlex
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from lehr.cli.main import COMMANDS, main
from lehr.cli.usage import Parser

HOOKS = yaml.safe_load(
    (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()
)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_calls_a_command_that_takes_files(hook):
    program, command, *options = shlex.split(hook["entry"])
    assert (program, hook["language"]) == ("lehr", "python")
    assert set(hook["types_or"]) == {"yaml", "toml", "json"}
    if command == "fmt" and command not in COMMANDS:
        pytest.skip("lehr fmt is not there yet")
    parser = Parser(command, COMMANDS[command], "")
    import_module(f"lehr.cli.{command}").add_arguments(parser)
    parser.parse_intermixed_args([*options, "a.yaml", "b/c.json"])


def test_what_is_staged_and_is_no_schedule_stops_no_commit(tmp_path, monkeypatch):
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    [hook] = [hook for hook in HOOKS if hook["id"] == "lehr-lint"]
    _, *words = shlex.split(hook["entry"])
    assert main([*words, str(tmp_path / "mkdocs.yml")]) == 0
