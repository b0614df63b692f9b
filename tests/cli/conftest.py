"""A folder with what a person may have in one, and commands run in it."""

import io
import sys

import pytest

from cli.desk import FILES
from lehr.cli.main import main


@pytest.fixture
def empty_desk(tmp_path, monkeypatch):
    """Work in an empty folder, at 80 columns, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("TERM", raising=False)
    return tmp_path


@pytest.fixture
def desk(empty_desk, tmp_path):
    """Work in a folder with these files, at 80 columns, without colours."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.yaml").write_bytes(b"\x00\xff\xfe\x80" * 40)
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.fixture
def shell(desk, capsys, monkeypatch):
    """Return a function that runs a command and returns code, output and errors."""

    def run(*arguments, piped=None):
        if piped is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        code = main(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run
