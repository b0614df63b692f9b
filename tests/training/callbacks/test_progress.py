"""The bar: what it shows, where it keeps quiet."""

import re
import sys

import pytest
import torch
from torch import nn

from lehr.training import BaseTrainer, ProgressBar
from lehr.training.callbacks.progress import _short
from training import runs


def train(bar):
    """Nine epochs of one update each."""
    torch.manual_seed(0)
    model = nn.Linear(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = [runs.table(8)]
    BaseTrainer(model, optimizer, callbacks=[bar]).fit(data, data, num_epochs=9)


def test_the_bar_shows_the_run_and_goes_away(capsys):
    train(ProgressBar(enabled=True))
    shown = capsys.readouterr().err
    assert "epoch 1/9" in shown
    assert "9/9" in shown


def test_it_shows_loss_rate_and_speed_in_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("lehr.training.callbacks.progress.REFRESH_SECONDS", 0.0)
    train(ProgressBar(enabled=True))
    shown = capsys.readouterr().err
    assert re.search(r"loss \d\.\d{4}  lr 1\.0e-01  [\d.]+k? samples/s", shown)
    train(ProgressBar(enabled=True, tokens_per_sample=100))
    assert re.search(r"[\d.]+[kM]? tok/s", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.5, "0.5"), (999, "999"), (1234, "1.23k"), (5e6, "5M"), (2.5e9, "2.5G")],
)
def test_a_speed_has_few_characters(number, text):
    assert _short(number) == text


def test_a_sample_has_tokens_or_is_none():
    with pytest.raises(ValueError, match="tokens_per_sample must be >= 1, got 0"):
        ProgressBar(tokens_per_sample=0)


def test_it_is_quiet_where_there_is_no_terminal_or_no_rich(capsys, monkeypatch):
    train(ProgressBar())
    monkeypatch.setitem(sys.modules, "rich", None)
    train(ProgressBar(enabled=True))
    assert capsys.readouterr() == ("", "")
