"""What is told on the terminal: nothing, a bar, or a line per epoch."""

import re

import pytest

from lehr.training import ConsoleLog, EpochLines
from training.callbacks import scripted


def test_0_is_silent(capsys):
    scripted.run([1.0, 2.0], ConsoleLog(verbose=0))
    assert capsys.readouterr() == ("", "")


def test_1_is_a_bar_that_is_quiet_where_there_is_no_terminal(capsys):
    scripted.run([1.0, 2.0], ConsoleLog(verbose=1))
    assert capsys.readouterr() == ("", "")


def test_1_is_a_bar_where_there_is_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    scripted.run([1.0] * 9, callback := ConsoleLog())
    assert callback.verbose == 1
    shown = capsys.readouterr()
    assert "epoch 1/9" in shown.err and "9/9" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("callback", [ConsoleLog(verbose=2), EpochLines()])
def test_2_is_a_line_per_epoch(capsys, callback):
    result = scripted.run([0.125, 2.0], callback)
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert shown.err == "" and len(lines) == 2
    row = result.history[1]
    assert re.fullmatch(
        rf"epoch 2/2  train_loss {row['train_loss']:.4f}  val_loss "
        rf"{row['val_loss']:.4f}  val_x 2\.0000  lr 0\.1  \d+\.\d\d s",
        lines[1],
    )
    assert "val_x 0.1250" in lines[0]


def test_the_time_is_that_of_the_epoch(capsys, monkeypatch):
    now = iter(range(0, 10_000, 7))
    monkeypatch.setattr("time.monotonic", lambda: float(next(now)))
    scripted.run([1.0] * 5, EpochLines())
    times = re.findall(r"(\S+) s$", capsys.readouterr().out, re.MULTILINE)
    assert len(set(times[1:])) == 1


def test_without_a_goal_in_epochs_none_is_told(capsys):
    trainer = scripted.trainer_of([1.0], [EpochLines()])
    trainer.fit([scripted.runs.table(8)], updates=1)
    assert capsys.readouterr().out.startswith("epoch 1  train_loss")


@pytest.mark.parametrize("verbose", [-1, 3, "2"])
def test_other_levels_are_refused(verbose):
    with pytest.raises(ValueError, match=r"verbose must be 0 \(nothing\), 1 \(a bar\)"):
        ConsoleLog(verbose)
