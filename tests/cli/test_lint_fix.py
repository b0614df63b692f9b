"""`lehr lint --fix` and `--diff`: what is changed, what is not, and how."""

import os
import stat

import pytest
import yaml

import lint_toys
from lehr.cli.main import main
from lehr.linting.base import Fix, Hit, Rule
from lehr.linting.rules import RULES

DOCUMENT = """\
schedules:
  lr: linear(9, -1, 100)
lint:
  ignore:
  - rule: high
    reason: a test
  - rule: LH002
    reason: a test, too
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "run.yaml").write_text(DOCUMENT)
    return tmp_path


def use(monkeypatch, *hits):
    """Let one rule find what is given, once per document that has not changed."""

    def check(subject):
        return [h for h in hits if subject.written.get("name") != "mended"]

    rule = Rule("LH001", "negative", "t", "error", "w.", check, bad=(), good=())
    monkeypatch.setitem(RULES, "LH001", rule)


def test_safe_fixes_are_made_until_nothing_is_left_to_mend(here, capsys):
    assert main(["lint", "run.yaml", "--fix", "--strict"]) == 0
    shown = capsys.readouterr().out.splitlines()
    # Once the rate is mended, there is nothing above 5 left to ignore.
    assert shown == [
        "fixed LH001 in run.yaml: end it at 0",
        "fixed LH099 in run.yaml: take high out of lint.ignore",
        "fixed LH099 in run.yaml: take LH002 out of lint.ignore",
        "",
        "nothing found in run.yaml",
    ]
    data = yaml.safe_load((here / "run.yaml").read_text())
    assert data["schedules"] == {"lr": lint_toys.GOOD}
    assert not (data.get("lint") or {}).get("ignore")
    assert main(["lint", "run.yaml", "--fix"]) == 0
    assert capsys.readouterr().out == "nothing found in run.yaml\n"


def test_a_diff_shows_them_and_writes_nothing(here, capsys):
    assert main(["lint", "run.yaml", "--diff"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("--- a/run.yaml\n+++ b/run.yaml\n@@ ")
    assert "-  lr: linear(9, -1, 100)\n+  lr: linear(1, 0, 100)\n" in shown
    assert "error[LH001]" in shown
    assert (here / "run.yaml").read_text() == DOCUMENT


def test_programs_read_what_is_left_on_standard_output(here, capsys):
    assert main(["lint", "run.yaml", "--fix", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("{")
    assert "fixed LH001 in run.yaml: end it at 0" in captured.err


def test_a_file_keeps_its_mode_its_links_its_mark_and_its_line_ends(here):
    text = b"\xef\xbb\xbf" + DOCUMENT.replace("\n", "\r\n").encode()
    (here / "real.yaml").write_bytes(text)
    os.chmod(here / "real.yaml", 0o640)
    (here / "link.yaml").symlink_to("real.yaml")
    assert main(["lint", "link.yaml", "--fix"]) == 0
    written = (here / "real.yaml").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfschedules:\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")
    assert stat.S_IMODE(os.stat(here / "real.yaml").st_mode) == 0o640
    assert (here / "link.yaml").is_symlink()
    assert sorted(os.listdir(here)) == ["link.yaml", "real.yaml", "run.yaml"]


def test_an_unsafe_fix_is_shown_and_not_made(here, monkeypatch, capsys):
    fix = Fix("train longer", {("name",): "mended"}, safe=False)
    use(monkeypatch, Hit("m", fix=fix))
    (here / "run.yaml").write_text("schedules: {lr: 1}\n")
    assert main(["lint", "run.yaml", "--fix"]) == 1
    assert "= train longer\n" in capsys.readouterr().out
    assert (here / "run.yaml").read_text() == "schedules: {lr: 1}\n"


@pytest.mark.parametrize("value", ["lnear(1)", 5])
def test_a_text_that_would_not_be_read_again_is_never_written(
    here, monkeypatch, capsys, value
):
    path = ("schedules", "lr") if value != 5 else ("schedules",)
    use(monkeypatch, Hit("m", fix=Fix("break it", {path: value})))
    (here / "run.yaml").write_text("schedules: {lr: 1}\n")
    assert main(["lint", "run.yaml", "--fix"]) == 1
    assert "a fix was not made" in capsys.readouterr().err
    assert (here / "run.yaml").read_text() == "schedules: {lr: 1}\n"


def test_a_fix_that_makes_more_errors_is_dropped(here, monkeypatch):
    (here / "run.yaml").write_text("schedules: {lr: 1}\n")

    def check(subject):
        worse = subject.schedules["lr"].maximum > 1
        fix = Fix("make it worse", {("schedules", "lr"): 2})
        return [Hit(f"m{n}", fix=fix) for n in range(3 if worse else 1)]

    rule = Rule("LH001", "negative", "t", "error", "w.", check, bad=(), good=())
    monkeypatch.setitem(RULES, "LH001", rule)
    assert main(["lint", "run.yaml", "--fix"]) == 1
    assert (here / "run.yaml").read_text() == "schedules: {lr: 1}\n"


def test_of_fixes_for_the_same_place_one_is_made(here, monkeypatch, capsys):
    whole = Fix("set all", {("schedules",): {"lr": 2}, ("name",): "mended"})
    part = Fix("set one", {("schedules", "lr"): 3})
    use(monkeypatch, Hit("first", fix=whole), Hit("second", fix=part))
    (here / "run.yaml").write_text("schedules: {lr: 1}\n")
    assert main(["lint", "run.yaml", "--fix"]) == 0
    assert yaml.safe_load((here / "run.yaml").read_text())["schedules"] == {"lr": 2}


def test_a_file_with_an_expression_is_mended_whole(here, capsys):
    (here / "lr.txt").write_text(lint_toys.BAD)
    assert main(["lint", "lr.txt", "run.yaml", "--fix"]) == 0
    assert (here / "lr.txt").read_text() == lint_toys.GOOD


def test_broken_files_are_told_and_the_others_mended(here, capsys):
    (here / "broken.yaml").write_text("schedules: {lr: lnear(1)}\n")
    (here / "gone.yaml").unlink(missing_ok=True)
    assert main(["lint", "broken.yaml", "gone.yaml", "run.yaml", "--fix"]) == 2
    captured = capsys.readouterr()
    assert "error[LH102]" in captured.err
    assert "error[LH110]" in captured.err
    assert "fixed LH001 in run.yaml" in captured.out


def test_a_folder_that_cannot_be_written_leaves_the_file(here, monkeypatch, capsys):
    def full(*names):
        raise OSError(28, "No space left on device", "run.yaml")

    monkeypatch.setattr("lehr.cli.writing.os.replace", full)
    assert main(["lint", "run.yaml", "--fix"]) == 2
    assert "no space left on device" in capsys.readouterr().err
    assert (here / "run.yaml").read_text() == DOCUMENT
    assert os.listdir(here) == ["run.yaml"]
