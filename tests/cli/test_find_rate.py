"""`lehr find-rate`: the sweep of a run document, from the shell."""

import json

import pytest

from lehr.cli.main import main

SMALL = ["synthetic", "data.samples=200", "train.epochs=1", "train.batch_size=16"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def test_it_draws_the_sweep_and_suggests_a_peak(here, capsys):
    words = ["--updates", "60", "--height", "5", "--file", "sweep.svg"]
    assert main(["find-rate", *SMALL, *words]) == 0
    captured = capsys.readouterr()
    assert "<- suggestion" in captured.out
    assert "steepest" in captured.out
    assert captured.err == "wrote sweep.svg\n"
    # Nothing else is left behind: no run, no checkpoint.
    assert [path.name for path in here.iterdir()] == ["sweep.svg"]


def test_programs_get_the_curve_and_the_same_answer_twice(capsys):
    answers = []
    for _ in range(2):
        assert main(["find-rate", *SMALL, "--updates", "60", "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    found = answers[0]
    assert found["suggestion"] == found["suggestions"]["steepest"]["rate"]
    assert 1e-7 < found["suggestion"] < 10
    assert len(found["rates"]) == len(found["losses"])


def test_a_sweep_that_shows_nothing_says_so_with_exit_code_1(capsys):
    words = ["--high", "1e-6", "--updates", "20"]
    assert main(["find-rate", *SMALL, *words]) == 1
    assert "high" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rule", "steapest"], 'did you mean "steepest"?'),
        (["--low", "-1"], "must be > 0 and finite"),
        (["gone.yaml"], "gone.yaml"),
        (["model.kind=transformr"], "transformer"),
    ],
)
def test_what_is_wrong_is_told_in_one_message(words, said, capsys):
    sources = [] if words == ["gone.yaml"] else SMALL
    assert main(["find-rate", *sources, *words]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
