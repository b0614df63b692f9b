"""The command `lehr` as a process: exit codes, speed, pipes, a terminal, Ctrl-C."""

import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

import pytest

from lehr.cli.main import COMMANDS, main

RECIPE = "warmup_cosine(3e-4, warmup=1000, total=100000)"
LEHR = [sys.executable, "-m", "lehr"]
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
PLAIN |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}


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


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_that_starts_with_an_example(command, capsys):
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"example:\n  lehr {command}")


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
    [("shwo", 'unknown command "shwo"\n   = did you mean "show"?'), ("-x", "option")],
)
def test_an_unknown_word_is_refused_with_the_known_ones(word, message, capsys):
    assert main([word]) == 2
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


def cpu_seconds(command):
    """Return the least CPU time of five runs, so that a busy machine does not count."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=PLAIN)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        user, system = (
            after.ru_utime - before.ru_utime,
            after.ru_stime - before.ru_stime,
        )
        times.append(user + system)
    return min(times)


def test_show_costs_less_than_100_ms_of_cpu_beyond_bare_python():
    bare = cpu_seconds([sys.executable, "-c", "pass"])
    # Bare Python takes 12 ms where 100 ms was set; a busy machine slows both.
    slowness = max(1.0, bare / 0.012)
    assert cpu_seconds([*LEHR, "show", RECIPE]) - bare < 0.1 * slowness


# ------------------------------------------------------------------- pseudo-terminal


def in_terminal(command, columns, environment):
    """Run a command in a terminal of so many columns; return its screen and code."""
    own, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, env=environment, close_fds=True
    )
    os.close(its)
    shown = b""
    while select.select([own], [], [], 20)[0]:
        try:
            part = os.read(own, 4096)
        except OSError:  # Linux reports the end of a terminal as an error
            break
        if not part:
            break
        shown += part
    os.close(own)
    return shown.decode().replace("\r\n", "\n"), process.wait(timeout=20)


ESCAPE = re.compile(r"\x1b\[\d+m")


def test_in_a_terminal_the_picture_fits_its_width_and_has_colour():
    environment = {k: v for k, v in PLAIN.items() if k not in ("COLUMNS", "NO_COLOR")}
    shown, code = in_terminal([*LEHR, "show", RECIPE], 64, environment)
    assert code == 0
    assert ESCAPE.search(shown)
    widths = [len(line) for line in ESCAPE.sub("", shown).splitlines()]
    assert max(widths) == 64
    plain, _ = in_terminal([*LEHR, "show", RECIPE], 64, environment | {"NO_COLOR": "1"})
    assert plain == ESCAPE.sub("", shown)


def test_in_a_terminal_a_mistake_reads_as_elsewhere():
    shown, code = in_terminal([*LEHR, "show", "wsd(1, warmup=5%)"], 80, PLAIN)
    assert code == 2
    assert shown.splitlines() == [
        "error[LH108]: 5% needs the length of the run",
        "  --> <command line>:1:15",
        "   = give it: --steps 10000",
    ]
