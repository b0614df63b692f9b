"""`lehr completion`: what a shell offers behind TAB, in a real bash."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.terminal import Terminal
from lehr.cli import completing
from lehr.cli.completing import described_commands
from lehr.cli.main import COMMANDS, parser_of
from lehr.cli.shells import SCRIPTS

GOLDEN = Path(__file__).parent / "screens" / "completion-bash.txt"
BASH = shutil.which("bash")


@pytest.fixture
def known(monkeypatch):
    """Return all commands, with a preset whose name bash would cut."""
    monkeypatch.setattr(completing, "preset_names", lambda: ["gpt-3", "gpt-4"])
    return described_commands()


def test_every_option_of_every_command_is_there(known):
    assert [each.name for each in known] == sorted(COMMANDS)
    for each in known:
        flags = {flag for word in each.options for flag in word.flags}
        assert flags == set(parser_of(each.name)[0]._option_string_actions)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_script_has_every_command_and_option(shell, known):
    script = SCRIPTS[shell](known)
    for each in known:
        assert each.name in script
        for word in each.options:
            for flag in word.flags:
                plain = f" {'-l ' * (flag[1] == '-')}{flag.lstrip('-')}"
                assert flag in script or plain in script


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_script_is_one_that_its_shell_can_read(shell, known, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "script"
    file.write_text(SCRIPTS[shell](known))
    done = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_prints_the_script(capsys):
    from lehr.cli.main import main

    assert main(["completion", "bash"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(GOLDEN.read_text())
    assert shown == SCRIPTS["bash"](described_commands())


def test_a_shell_that_is_not_known_is_refused(capsys):
    from lehr.cli.main import main

    assert main(["completion", "tcsh"]) == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_a_real_bash_completes_the_words(known, tmp_path):
    (tmp_path / "lehr.bash").write_text(SCRIPTS["bash"](known))
    (tmp_path / "my run.yaml").touch()
    (tmp_path / "notes.md").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "lr.toml").touch()
    environment = {"PS1": "$ ", "TERM": "dumb", "HOME": str(tmp_path), "PATH": ""}
    with Terminal(
        [BASH, "--norc", "--noprofile", "-i"], environment, cwd=tmp_path
    ) as terminal:
        terminal.type("bind 'set enable-bracketed-paste off'; . ./lehr.bash\r")
        terminal.wait_for("lehr.bash\n$ ")
        for typed, expected in {
            "lehr sh": "lehr show ",
            "lehr comp": "lehr completion ",
            "lehr completion b": "lehr completion bash ",
            "lehr help tab": "lehr help table ",
            "lehr convert x --to meg": "lehr convert x --to megatron ",
            "lehr show --asc": "lehr show --ascii ",
            "lehr at preset:g": "lehr at preset:gpt-",
            "lehr show --plan batch": "lehr show --plan batch_size=",
            "lehr show m": "lehr show my\\ run.yaml ",
            "lehr show n": "lehr show n",
            "lehr diff preset:g": "lehr diff preset:gpt-",
            "lehr presets g": "lehr presets gpt-",
            "lehr runs sh": "lehr runs show ",
            "lehr extend 1 --how coo": "lehr extend 1 --how cooldown ",
            "lehr import n": "lehr import notes.md ",
            "lehr show d": "lehr show deep/",
            "lehr show deep/": "lehr show deep/lr.toml ",
            "lehr table one=m": "lehr table one=my\\ run.yaml ",
            "lehr show 1 --library deeps": "lehr show 1 --library deepspeed ",
            "lehr unknown x": "lehr unknown x",
        }.items():
            terminal.type(f"{typed}\t|")
            terminal.wait_for(f"{expected}|", typed)
            terminal.type("\x15\r")  # Ctrl-U empties the line
            terminal.wait_for("\n$ ")
