"""Whether the parts of a run document fit: what is told, and at which place."""

import pytest
import torch

from lehr.config.builtin import BUILT_IN, default_text
from lehr.config.documents import parse_document
from lehr.config.overrides import with_overrides
from lehr.config.run_data import DigitsData, SyntheticData
from lehr.config.run_document import read_run
from lehr.training.fitness import misfits
from lehr.training.tasks import Samples, Task, read_task

DIGITS = read_task(DigitsData(kind="digits"))
POINTS = read_task(SyntheticData(kind="synthetic", samples=100))
WINDOWS = Samples((torch.zeros(9, 11, dtype=torch.uint8),))
BYTES = Task("bytes", WINDOWS, WINDOWS, WINDOWS, 256, context=10)
TASKS = {"digits": DIGITS, "synthetic": POINTS, "bytes": BYTES}


def found(name, *overrides):
    document = with_overrides(parse_document(default_text(name)), overrides)
    run = read_run(document, lambda data: 1000)
    return [(".".join(path), message) for path, message in misfits(run, TASKS[name])]


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name in TASKS])
def test_the_built_in_documents_fit(name):
    assert found(name) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("digits", "mlp"), ("bytes", "gru"), ("synthetic", "mlp")],
)
def test_other_models_that_fit(name, kind):
    assert found(name, f"model.kind={kind}") == []


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("digits", "transformer", "takes bytes, and the data are none; use kind conv"),
        ("digits", "gru", "takes bytes, and the data are none; use kind conv or mlp"),
        ("synthetic", "gru", "takes bytes, and the data are none; use kind mlp, or"),
        ("synthetic", "conv", "square grey images, and a sample here has shape (16,)"),
        ("bytes", "conv", "kind conv takes no bytes"),
        ("bytes", "mlp", "use kind transformer or gru"),
    ],
)
def test_a_model_that_does_not_fit_its_data(name, kind, message):
    [(place, told)] = found(name, f"model.kind={kind}")
    assert place == "model.kind" and message in told


@pytest.mark.parametrize("key", ["evaluate_every", "checkpoint_every"])
@pytest.mark.parametrize("value", ["5", "2ep", "10k samples", "30m", "1h30m", "5%"])
def test_lengths_and_times_that_something_happens_after(key, value):
    assert found("digits", f"train.{key}={value}") == []


def test_tokens_are_counted_in_a_text():
    assert found("bytes", "train.evaluate_every=1Mtok", "train.mean_over=tokens") == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "train.evaluate_every=soon",
            "evaluate_every must be a whole number of updates",
        ),
        ("train.evaluate_every=0ep", "evaluate_every must be > 0, in updates"),
        ("train.checkpoint_every=1Mtok", "checkpoint_every is in tokens, and the data"),
        ("train.time=90", "time must be"),
        ("train.time=soon", "time must be a length of time such as 90s, 45m"),
        ("train.until=val_loss", "such as 'val_accuracy >= 0.99', got 'val_loss'"),
        ("train.until='val_los <= 1'", "until must be one of val_loss, val_accuracy"),
        (
            "train.until='val_loss <= low'",
            "until must be a metric, a sign and a number",
        ),
        ("train.mean_over=tokens", "mean_over is tokens, and the data have none"),
    ],
)
def test_what_means_nothing_is_told_at_its_place(override, message):
    [(place, told)] = found("digits", override.replace("=90", "='90'"))
    assert place == override.partition("=")[0]
    assert message in told


@pytest.mark.parametrize(
    "rule", ["val_loss <= 0.1", "val_accuracy>=0.99", " val_accuracy > .5 "]
)
def test_rules_that_a_run_may_end_by(rule):
    assert found("digits", f"train.until='{rule}'") == []


def test_all_of_it_is_told_at_once(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    told = found(
        "digits",
        "model.kind=gru",
        "train.device=cuda",
        "train.time=x",
        "optimizer.fused=true",
    )
    assert [place for place, _ in told] == ["model.kind", "train.device", "train.time"]


def test_a_kernel_that_torch_has_not_is_told(monkeypatch):
    def refuse(parameters, **options):
        raise RuntimeError("no such kernel")

    monkeypatch.setattr(torch.optim, "AdamW", refuse)
    [(place, told)] = found("digits", "optimizer.fused=true")
    assert (place, told) == (
        "optimizer.fused",
        "fused is true, and torch says: no such kernel",
    )
