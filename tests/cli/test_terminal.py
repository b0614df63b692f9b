"""The command line as a person at a terminal has it: width, colour, Ctrl-C, pipes."""

import shlex
import subprocess

import pytest

from cli.desk import RECIPE
from cli.terminal import COLOUR, LEHR, PLAIN, Terminal, in_terminal

ENDLESS = ["table", "linear(0, 1, 1_000_000_000)", "--every", "1", "--csv"]


def piped(line, **environment):
    """Run a line of bash in which `lehr` is ours; return code, output, errors."""
    ours = f'lehr() {{ {shlex.join(LEHR)} "$@"; }}; {line}'
    done = subprocess.run(
        ["bash", "-c", ours],
        capture_output=True,
        text=True,
        env=PLAIN | environment,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_picture_fits_the_terminal_and_has_colour(columns):
    shown, code = in_terminal("show", RECIPE, columns=columns)
    assert code == 0
    assert COLOUR.search(shown)
    picture = COLOUR.sub("", shown).splitlines()[1:14]
    assert max(map(len, picture)) == columns


def test_help_and_tables_fit_a_narrow_terminal():
    shown, _ = in_terminal("at", "--help", columns=40)
    usage = shown[shown.index("usage:") : shown.index("updates:\n")]
    assert max(map(len, usage.splitlines())) <= 40
    words = [f"long-name-of-{i}=0.{i}" for i in range(4)]
    shown, code = in_terminal("table", *words, columns=40)
    assert code == 0
    assert max(map(len, shown.splitlines())) <= 40


def test_without_colour_the_same_is_shown():
    coloured, _ = in_terminal("show", RECIPE)
    plain, _ = in_terminal("show", RECIPE, NO_COLOR="1")
    assert "\x1b" not in plain
    assert plain == COLOUR.sub("", coloured)


def test_a_dumb_terminal_gets_ascii_without_escapes():
    shown, code = in_terminal("show", RECIPE, TERM="dumb")
    assert code == 0
    assert shown.isascii()
    assert "\x1b" not in shown


def test_a_mistake_reads_as_elsewhere():
    shown, code = in_terminal("show", "wsd(1, warmup=5%)")
    assert code == 2
    assert shown.splitlines() == [
        "error[LH108]: 5% needs the length of the run",
        "  --> <command line>:1:15",
        "   = give it: --steps 10000",
    ]


def test_ctrl_c_ends_a_long_command_with_130():
    with Terminal([*LEHR, *ENDLESS]) as terminal:
        while "\n10000," not in terminal.shown:
            assert terminal.read()
        terminal.type("\x03")
        shown, code = terminal.finish()
    assert code == 130
    assert shown.endswith("\ninterrupted\n")
    assert "Traceback" not in shown


def test_a_reader_that_has_seen_enough_is_no_error():
    line = f"lehr {shlex.join(ENDLESS)} | head -n 2; exit ${{PIPESTATUS[0]}}"
    code, out, err = piped(line)
    assert (code, out, err) == (0, "update,value\n0,0.0\n", "")


def test_a_locale_without_letters_beyond_ascii_gets_ascii(tmp_path):
    (tmp_path / "é.yaml").write_text("schedules: {lr: 'linear(0, 1, 9)'}")
    words = shlex.join(["show", f"{tmp_path}/é.yaml", "--height", "4"])
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, out, err = piped(f"lehr {words}", PYTHONIOENCODING="", **old)
    assert (code, err) == (0, "")
    assert out.replace("é", "e").isascii()  # the name is as the file has it
    assert "|-" in out


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("lehr show - <&-", 2, "it is closed"),
        ("lehr at 1 5 >&-", 0, ""),
        ("lehr at 1 5 > /dev/full", 2, "no space left on device"),
        ("printf '\\xff\\xfe' | lehr show -", 2, "it is no text"),
    ],
)
def test_what_a_shell_can_close_or_fill_is_no_traceback(line, code, message):
    got, out, err = piped(line)
    assert (got, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert err.count("error") == (code == 2)
