"""What holds of every command: its help, its options, and a person's mistakes."""

import re
import shlex
from pathlib import Path

import pytest

from lehr.cli import train
from lehr.cli.main import COMMANDS, parser_of
from lehr.config import builtin

SOURCE = "EXPRESSION-or-FILE"


def words_of(line):
    """Return the words of a line of help behind `lehr`, without what follows them."""
    return shlex.split(re.split(r"\s{3,}| [|>] ", line.strip())[0])[1:]


def parsed(words):
    parser, module = parser_of(words[0])
    return module, parser.parse_intermixed_args(words[1:])


@pytest.mark.parametrize("command", COMMANDS)
def test_help_starts_with_an_example_and_fits_80_columns(command, shell):
    code, out, err = shell(command, "--help")
    assert (code, err) == (0, "")
    assert re.match(rf"example:\n  lehr {command}\s", out)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_in_the_help_is_one_that_the_parser_takes(command):
    parser, module = parser_of(command)
    text = re.sub(r"\\\n\s*", " ", parser.epilog or "")
    lines = [line.strip() for line in text.splitlines()]
    for line in [module.EXAMPLE, *lines]:
        if line.startswith(f"lehr {command} ") and "$(" not in line:
            parsed(words_of(line))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command):
    parser, _ = parser_of(command)
    for action in parser._actions:
        assert action.help, action.option_strings or action.dest


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_is_misspelt_is_told(command, shell):
    parser, module = parser_of(command)
    flags = [f for f in parser._option_string_actions if f.startswith("--")]
    right = max(flags, key=len)
    wrong = right[:4] + right[5] + right[4] + right[6:]  # two letters change places
    words = words_of(module.EXAMPLE)
    if right == "--help":
        wrong = "--hlep"
    code, out, err = shell(*words, wrong)
    assert (code, out) == (2, "")
    assert "did you mean" in err
    assert "Traceback" not in err


def source_commands():
    """Yield each command that takes schedules, with the words of its example."""
    for command in COMMANDS:
        parser, module = parser_of(command)
        if any(action.metavar == SOURCE for action in parser._actions):
            yield pytest.param(words_of(module.EXAMPLE), id=command)


MISTAKES = {
    "missing": ("gone.yaml", "no such file or directory"),
    "expression": ("cosine(1, 0", "LH100"),
    "unknown": ("cosin(1, 0, 9)", 'did you mean "cosine"?'),
    "folder": ("folder", "it is a folder, not a file"),
    "binary": ("binary.yaml", "the file is not UTF-8 text"),
    "empty": ("empty.txt", "it is empty"),
    "nothing piped in": ("-", "it is empty"),
    "broken": ("broken.yaml", "broken.yaml"),
}


@pytest.mark.parametrize("words", [*source_commands()])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_with_2_and_one_message(words, mistake, shell, desk):
    (desk / "broken.yaml").write_text("schedules: {lr: [1\n")
    if (words[0], mistake) == ("lint", "folder"):
        pytest.skip("lint takes folders")
    wrong, message = MISTAKES[mistake]
    _, args = parsed(words)
    what = {args.what} if isinstance(args.what, str) else set(args.what)
    words = [wrong if word in what else word for word in words]
    code, out, err = shell(*words, piped="")
    assert (code, out) == (2, "")
    assert err.startswith("error")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["plot", "table", "convert", "lint", "extend"])
def test_what_names_schedules_is_the_same_everywhere(command):
    usual, here = (
        {
            flag: (action.help, action.metavar)
            for action in parser_of(name)[0]._actions
            for flag in action.option_strings
        }
        for name in ("show", command)
    )
    for flag in ("--steps", "--plan", "--library", "--base"):
        assert here[flag] == usual[flag]
    for flag in here.keys() & {"--log", "--width", "--ascii"}:
        assert here[flag] == usual[flag]


def test_the_built_in_documents_of_the_help_are_those_there_are():
    assert train.BUILT_IN == builtin.BUILT_IN


def test_every_command_has_a_place_in_the_page_of_the_command_line():
    page = Path(__file__).parents[2] / "docs" / "command-line.md"
    text = page.read_text()
    assert [name for name in COMMANDS if f"`lehr {name}`" not in text] == []
