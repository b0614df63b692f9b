"""The command `lehr`: help, exit codes, pipes, Ctrl-C."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.desk import RECIPE
from cli.terminal import LEHR, PLAIN
from lehr.cli.main import COMMANDS, GROUPS, main

SCREENS = Path(__file__).parent / "screens"


def lehr(*arguments, **options):
    return subprocess.run(
        [*LEHR, *arguments], capture_output=True, text=True, env=PLAIN, **options
    )


# --------------------------------------------------------------------- help, version


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_starts_with_an_example_and_lists_the_commands(words, capsys):
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("example:\n  lehr show ")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", shown, re.MULTILINE)


def test_the_help_groups_the_commands_by_what_a_person_wants(capsys, monkeypatch):
    names = [name for group in GROUPS.values() for name in group]
    known = {name: f"what {name} does" for name in [*sorted(names), "newest"]}
    del known["doctor"]  # a group has what there is
    monkeypatch.setattr("lehr.cli.main.COMMANDS", known)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["help"]) == 0
    shown = capsys.readouterr().out
    assert shown == (SCREENS / "help.txt").read_text()
    assert max(map(len, shown.splitlines())) <= 80


def test_every_command_stands_in_one_group():
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))
    assert set(COMMANDS) <= set(names)


@pytest.mark.parametrize("words", [["help", "show"], ["show", "-h"]])
def test_help_on_a_command_may_be_asked_for_in_three_ways(words, capsys):
    assert main(["show", "--help"]) == 0
    expected = capsys.readouterr().out
    assert main(words) == 0
    assert capsys.readouterr().out == expected


def test_the_example_in_the_help_runs(capsys):
    assert main(["--help"]) == 0
    example = capsys.readouterr().out.splitlines()[1].strip()
    assert example == f'lehr show "{RECIPE}"'
    assert main(["show", RECIPE]) == 0


def test_without_a_command_the_help_is_shown_and_the_code_is_2(capsys):
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("example:")


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert re.fullmatch(
        r"lehr (\d+\.\d+\S*|\(not installed\))\n", capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("shwo", 'unknown command "shwo"\n   = did you mean "show"?'),
        ("help shwo", 'unknown command "shwo"\n   = did you mean "show"?'),
        ("--hlep", 'unknown option "--hlep"\n   = did you mean "--help"?'),
        ("-x", "option"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_ones(word, message, capsys):
    assert main(word.split()) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert "known: " + ", ".join(COMMANDS) in shown


# ------------------------------------------------------------------------- processes


def test_a_mistake_is_told_on_stderr_without_a_traceback():
    done = lehr("show", "cosin(1, 0, 10)")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('error[LH102]: unknown schedule "cosin"\n')
    assert "Traceback" not in done.stderr


def test_the_traceback_can_be_had():
    environment = PLAIN | {"LEHR_TRACEBACK": "1"}
    command = [*LEHR, "show", "cosin(1, 0, 10)"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "Traceback" in done.stderr


def test_standard_input_is_read():
    done = lehr("show", "-", input="linear(0, 1, 10)\n")
    assert done.returncode == 0
    assert done.stdout.startswith("linear(0, 1, 10)\n")


def test_a_reader_that_stops_early_is_no_error():
    command = [*LEHR, "show", *([RECIPE] * 60)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=PLAIN, **pipes) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_ctrl_c_ends_with_130():
    command = [*LEHR, "show", "-"]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=PLAIN, text=True, **pipes) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "\ninterrupted\n"
    assert process.returncode == 130


def test_a_terminal_without_braille_gets_ascii():
    environment = PLAIN | {"PYTHONIOENCODING": "ascii"}
    command = [*LEHR, "show", "linear(0, 1, 10)"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "|--" in done.stdout


def test_show_loads_no_framework_no_numpy_and_no_rich():
    code = (
        "import sys; from lehr.cli.main import main; "
        f"main(['show', {RECIPE!r}]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=PLAIN
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "lehr" in loaded
    heavy = {"torch", "jax", "numpy", "rich", "yaml", "pydantic", "matplotlib", "scipy"}
    assert not loaded & heavy
