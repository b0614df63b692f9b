"""`lehr lint` as a person uses it: screens, folders, runs, exit codes, mistakes."""

import io
import json
import sys
from pathlib import Path

import pytest

import lint_toys
from lehr.cli.main import main
from lehr.linting import checking

SCREENS = Path(__file__).parent / "screens"
DOCUMENT = """\
plan: {dataset_size: 50000, batch_size: 64, epochs: 90}
schedules:
  lr: linear(9, -1, 100)
  weight_decay:
    head: linear(0.1, -0.1, 5ep)  # lehr: ignore[negative] a test of the sign
    body: {kind: linear, start: 0.1, end: -0.1, steps: 100}
"""
IGNORED = """\
schedules:
  lr: linear(1, -1, 100)  # lehr: ignore[LH001]
  eps: linear(1, 0, 9)    # lehr: ignore[negative] it is never below 0 by much
lint:
  ignore:
    - {rule: LH01, reason: a test}
"""
BROKEN = "schedules:\n  lr: warmup_cosin(3e-4)\n  eps: 5%\n"
COMMANDS = {
    "text": ["run.yaml"],
    "suppressed": ["ignored.yaml"],
    "clean": ["linear(1, 0, 50%)", "--steps", "10k"],
    "expression": ["linear(9, -1, 50%)", "--steps", "10k"],
    "github": ["run.yaml", "broken.yaml", "--format", "github"],
    "broken": ["broken.yaml", "run.yaml", "gone.yaml"],
    "folder": ["configs"],
}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in an empty folder, at 80 columns, without colours."""
    lint_toys.use_toy_rules(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name, text in {
        "run.yaml": DOCUMENT,
        "ignored.yaml": IGNORED,
        "broken.yaml": BROKEN,
        "configs/a.yaml": DOCUMENT,
        "configs/b/step.json": '{"name": "StepLR", "step_size": 3, "lr": 9}',
        "configs/b/other.toml": "[tool]\nname = 'x'\n",
        "configs/b/bad.yaml": "a: [",
        "configs/.hidden/c.yaml": DOCUMENT,
        "configs/node_modules/c.yaml": DOCUMENT,
        "configs/notes.txt": "linear(1, -1, 9)",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def lint(*arguments):
    return main(["lint", *arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    code = lint(*COMMANDS[name])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert shown == (SCREENS / f"lint-{name}.txt").read_text()
    assert code == (2 if "broken.yaml" in shown else 0 if name == "clean" else 1)
    if name != "github":
        assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["linear(1, 0, 9)"], 0),
        (["linear(9, 0, 9)"], 0),
        (["linear(9, 0, 9)", "--strict"], 1),
        (["linear(9, -1, 9)"], 1),
        (["linear(9, -1, 9)", "--ignore", "LH001"], 0),
        (["linear(9, -1, 9)", "--ignore", "negative,high", "--strict"], 0),
        (["linear(9, -1, 9)", "--select", "high", "--strict"], 1),
        (["linear(9, -1"], 2),
        (["linear(1, 0, 9)", "gone.yaml"], 2),
    ],
)
def test_the_exit_code_tells_what_was_found(arguments, code, capsys):
    assert lint(*arguments) == code


def test_json_is_the_same_by_either_name(capsys):
    assert lint("run.yaml", "--json") == 1
    first = capsys.readouterr().out
    assert lint("run.yaml", "--format", "json") == 1
    assert capsys.readouterr().out == first
    data = json.loads(first)
    assert [f["code"] for f in data["findings"]] == ["LH001", "LH001", "LH002"]
    assert data["summary"]["suppressed"] == 1


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_read_problems_of_texts_as_well(form, capsys):
    assert lint("broken.yaml", "linear(1, -1, 9)", "--format", form) == 2
    captured = capsys.readouterr()
    assert captured.err == ""
    data = json.loads(captured.out)
    if form == "sarif":
        found = [result["ruleId"] for result in data["runs"][0]["results"]]
    else:
        found = [each["code"] for each in (*data["problems"], *data["findings"])]
    assert found[0] == "LH102"
    assert found[-1] == "LH001"


def test_sarif_has_the_fixes(capsys):
    assert lint("run.yaml", "--format", "sarif") == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [("fixes" in each) for each in results] == [True, True, False]


def test_github_is_silent_where_there_is_nothing(capsys):
    assert lint("1", "--format", "github") == 0
    assert capsys.readouterr().out == ""


def test_standard_input_is_read(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(DOCUMENT))
    assert lint("-") == 1
    assert "--> <stdin>:3:7   at schedules.lr" in capsys.readouterr().out


def test_files_that_are_named_may_be_passed_over_too(capsys):
    files = ["run.yaml", "configs/b/other.toml", "configs/b/bad.yaml", "gone.yaml"]
    assert lint(*files[:3], "--skip-others") == 1
    assert capsys.readouterr().out.endswith(
        "2 files hold no schedules and were passed over\n"
    )
    assert lint(*files[1:2], "--skip-others") == 0
    shown = "nothing found\n1 file holds no schedule and was passed over\n"
    assert capsys.readouterr().out == shown
    assert lint(*files, "--skip-others") == 2


def test_a_library_and_its_rate_may_be_told(here, capsys):
    (here / "step.yaml").write_text("name: StepLR\nstep_size: 3\n")
    assert lint("step.yaml", "--library", "torch", "--base", "9", "--strict") == 1
    assert "lr reaches 9" in capsys.readouterr().out


# ---------------------------------------------------------------------------- the run


def updates(monkeypatch, *arguments):
    seen = []
    real = checking.verdict

    def verdict(subject, *rest):
        seen.append(subject)
        return real(subject, *rest)

    monkeypatch.setattr("lehr.cli.lint_session.verdict", verdict)
    lint(*arguments)
    return [each.plan and each.plan.updates for each in seen]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["1"], None),
        (["1", "--steps", "2k"], 2000),
        (["1", "--plan", "samples=640,batch_size=32"], 20),
        (["run.yaml"], 90 * 782),
        (["run.yaml", "--steps", "50"], 50),
        (["run.yaml", "--plan", "epochs=2"], 2 * 782),
        (["run.yaml", "--plan", "accumulation=2"], 90 * 391),
    ],
)
def test_the_run_is_the_documents_unless_it_is_told(monkeypatch, arguments, expected):
    assert updates(monkeypatch, *arguments) == [expected]


def test_the_data_of_a_run_are_counted_where_its_lengths_need_them(here, monkeypatch):
    from lehr.config.builtin import default_text

    (here / "digits.yaml").write_text(default_text())
    [found] = updates(monkeypatch, "digits.yaml")
    assert found > 300


# --------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to look at"),
        (["1", "--ignore", "LH01"], '--ignore names no rule: "LH01"'),
        (["1", "--select", "negativ"], 'did you mean "negative"?'),
        (["1", "--plan", "epoch=5"], 'unknown key "epoch"'),
        (["1", "--plan", "epochs"], 'cannot read "epochs"'),
        (["1", "--plan", "updates=5", "--steps", "5"], "both give the length"),
        (["1", "--plan", "epochs=5"], "batch_size is missing"),
        (["1", "--format", "xml"], "invalid choice: 'xml'"),
        (["1", "--fx"], 'did you mean "--fix"?'),
        (["1", "--fix"], "--fix and --diff need a file"),
        (["configs/b/other.toml"], "error[LH104]"),
        (["linear(1, 0, 5%)"], "= give it: --steps 10000"),
        (["linear(1, 0, 5ep)"], "= give it: --plan dataset_size=50k"),
        (["linear(1, 0, 5Mtok)"], "= give it: --plan batch_size=32,seq"),
        (["linear(1, 0, 64 samples)", "--steps", "9"], "--plan batch_size=32"),
    ],
)
def test_a_mistake_gets_a_message_and_exit_code_2(arguments, message, capsys):
    assert lint(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error")
    assert message in captured.err


class Terminal(io.StringIO):
    """A terminal to write to."""

    def isatty(self):
        return True


def test_a_terminal_gets_colours_and_progress_unless_it_wants_none(monkeypatch):
    monkeypatch.setattr("lehr.cli.lint_session.PATIENCE", -1.0)
    shown = {}
    for name, value in {"plain": "1", "bright": ""}.items():
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setenv("NO_COLOR", value)
        monkeypatch.setenv("TERM", "xterm")
        lint("run.yaml", "1")
        shown[name] = out.getvalue()
        assert err.getvalue().endswith("looking at 2 of 2\r\x1b[K")
    assert "\x1b[1;31merror[LH001]" in shown["bright"]
    assert "\x1b" not in shown["plain"]
