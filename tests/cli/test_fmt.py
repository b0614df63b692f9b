"""`lehr fmt` and `lehr schema` as a person uses them."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

import lehr.config
from lehr.cli.main import main

SCREENS = Path(__file__).parent / "screens"
RUN = """\
schedules:
  # found by a sweep
  lr: Linear( 1.0e-03,0, 5 %)   # mine
  weight_decay: {kind: Constant, value: 0.1}
"""
USUAL = """\
schedules:
  # found by a sweep
  lr: linear(1e-3, 0, 5%)   # mine
  weight_decay: {kind: constant, value: 0.1}
"""
COMMANDS = {
    "fmt-check": (["fmt", "--check", "run.yaml", "usual.yaml", "one.txt"], 1),
    "fmt-diff": (["fmt", "--diff", "run.yaml"], 0),
    "fmt-written": (["fmt", "run.yaml", "usual.yaml", "one.txt"], 0),
    "fmt-mistakes": (["fmt", "run.yaml", "broken.toml", "gone.json"], 2),
    "schema-unknown": (["schema", "--section", "trian"], 2),
}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in a folder with a few files, at 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    files = {
        "run.yaml": RUN,
        "usual.yaml": USUAL,
        "one.txt": "noam(512,warmup=64000 samples)\n",
        "broken.toml": "a = \n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    words, code = COMMANDS[name]
    assert main(words) == code
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert shown == (SCREENS / f"{name}.txt").read_text()
    assert max(map(len, shown.splitlines())) <= 80


def test_files_are_written_once_and_keep_what_they_are(here, capsys):
    file = here / "run.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + RUN.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    (here / "link.yaml").symlink_to(file)
    assert main(["fmt", "link.yaml"]) == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + USUAL.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (here / "link.yaml").is_symlink()
    before = file.stat().st_mtime_ns
    assert main(["fmt", "run.yaml"]) == 0
    assert file.stat().st_mtime_ns == before
    assert capsys.readouterr().out.splitlines()[-1] == "0 changed, 1 as usual"
    assert not list(here.glob("*.tmp"))


def test_checks_write_nothing_and_mistakes_neither(here):
    for words in (["--check"], ["--diff"], ["broken.toml"]):
        main(["fmt", "run.yaml", *words])
        assert (here / "run.yaml").read_text() == RUN
    assert main(["fmt", "--check", "usual.yaml"]) == 0
    assert main(["fmt", "--check", "--diff", "run.yaml"]) == 1


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        (RUN, USUAL),
        ("Linear( 1.0e-03,0, 5 %)\n", "linear(1e-3, 0, 5%)\n"),
        ("[schedules]\nlr = 'Linear( 1,0,5)'", "[schedules]\nlr = 'linear(1, 0, 5)'"),
    ],
)
def test_standard_input_is_printed(text, usual, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr().out == usual
    assert main(["fmt", "-", "run.yaml"]) == 2
    assert "- stands alone" in capsys.readouterr().err


def test_a_file_that_cannot_be_replaced_stays(here, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "run.yaml")

    monkeypatch.setattr(os, "replace", refuse)
    assert main(["fmt", "run.yaml"]) == 2
    assert "permission denied" in capsys.readouterr().err
    assert (here / "run.yaml").read_text() == RUN
    assert not list(here.glob("*.tmp"))


def test_an_older_document_is_migrated(here, monkeypatch, capsys):
    def migrate(data):
        return {"schema": 1, "schedules": {"lr": data["lr"]}}

    monkeypatch.setattr(lehr.config, "migrate", migrate, raising=False)
    (here / "old.yaml").write_text("# mine\nlr: Linear(1,0,5)\n")
    assert main(["fmt", "--migrate", "old.yaml"]) == 0
    text = "# mine\nschema: 1\nschedules:\n  lr: linear(1, 0, 5)\n"
    assert (here / "old.yaml").read_text() == text
    assert capsys.readouterr().out.splitlines() == [
        "old.yaml: the version, schedules.lr",
        "1 changed",
    ]


def test_the_schema_is_printed_or_written(here, capsys):
    assert main(["schema"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole == lehr.config.json_schema()
    assert main(["schema", "--section", "train", "-o", "train.json"]) == 0
    assert capsys.readouterr().err == "wrote train.json: 0 definitions\n"
    written = json.loads((here / "train.json").read_text())
    assert (
        written["properties"]["epochs"]
        == whole["properties"]["train"]["properties"]["epochs"]
    )
    assert main(["schema", "-o", "train.json"]) == 2
    assert "train.json exists\n   = --force replaces it" in capsys.readouterr().err
    assert main(["schema", "-o", "train.json", "--force"]) == 0
    assert json.loads((here / "train.json").read_text()) == whole
    assert main(["schema", "-o", "no/such/folder.json"]) == 2
    assert "no folder no/such" in capsys.readouterr().err
