"""What the documents show is what happens: their code runs, with the output shown.

Python blocks run one after the other, each document in a namespace of its own. A block
with `>>>` is a doctest; any other must only run. In `console` blocks, each line
`$ lehr ...` runs as a command and must print what is shown below it. A comment on the
line above a block, `<!-- not executed: why -->`, exempts it. A block of YAML or TOML
that begins with a comment of one file name is written to that file.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(
    r"^(?P<exempt><!-- not executed: .+ -->\n)?"
    r"^```(?P<language>python|console|yaml|toml)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FILE = re.compile(r"# (?P<name>[\w.-]+\.(?:yaml|toml))\n")
COMMAND = re.compile(r"^\$ (?P<line>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
LEHR = "import sys; from lehr.cli.main import main; sys.exit(main())"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    language: str
    code: str
    line: int


def blocks(text):
    for found in BLOCK.finditer(text):
        if not found["exempt"]:
            line = text.count("\n", 0, found.start("code"))
            yield Block(found["language"], found["code"], line)


def run_python(block, path, namespace):
    name = f"{path.name}:{block.line + 1}"
    if ">>>" not in block.code:
        exec(compile("\n" * block.line + block.code, path, "exec"), namespace)
        return
    test = doctest.DocTestParser().get_doctest(
        block.code, namespace, name, str(path), block.line
    )
    report = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)  # the parser has made a copy
    assert not runner.failures, "".join(report)


def run_console(block, path):
    commands = list(COMMAND.finditer(block.code))
    assert commands, f"{path.name}:{block.line + 1} has no line that begins with '$ '"
    for command in commands:
        program, *arguments = shlex.split(command["line"], comments=True)
        assert program == "lehr", f"{path.name}: mark `{program}` as not executed"
        done = subprocess.run(
            [sys.executable, "-c", LEHR, *arguments],
            env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        same = doctest.OutputChecker().check_output(
            command["output"], done.stdout, OPTIONS
        )
        assert same, f"{command['line']} printed\n{done.stdout}"


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_what_a_document_shows_is_what_happens(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for block in blocks(path.read_text()):
        if block.language == "python":
            run_python(block, path, namespace)
        elif block.language == "console":
            run_console(block, path)
        elif named := FILE.match(block.code):
            (tmp_path / named["name"]).write_text(block.code)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(path):
    for target in re.findall(
        r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text()
    ):
        assert (path.parent / target).exists(), target


def test_a_wrong_output_is_seen(tmp_path):
    wrong = Block("python", ">>> 1 + 1\n3\n", 0)
    with pytest.raises(AssertionError, match=r"Expected:\s+3\s+Got:\s+2"):
        run_python(wrong, tmp_path / "page.md", {})


def test_names_live_on_from_block_to_block(tmp_path):
    namespace = {}
    for code in ("a = 1\n", ">>> b = a + 1\n", ">>> a + b\n3\n"):
        run_python(Block("python", code, 0), tmp_path / "page.md", namespace)
    assert namespace["b"] == 2
