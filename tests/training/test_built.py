"""A run does not go on from one that was built otherwise, unless it is told to."""

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Callback,
    ChangedRunError,
    Checkpointing,
    LoggingCallback,
)
from lehr.training.data import Loader
from training import runs


def net(width=8):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, 3))


def fit(folder, *, updates, width=8, optimizer="AdamW", batch_size=6, **options):
    model = net(width)
    build = getattr(torch.optim, optimizer)
    on_change = options.pop("on_change", "refuse")
    loader = Loader(runs.table(), batch_size, seed=options.pop("data_seed", 5))
    one = BaseTrainer(
        model,
        build(model.parameters(), lr=0.01),
        folder=folder,
        callbacks=[Checkpointing(), LoggingCallback(loggers=[])],
        **options,
    )
    before = runs.digest(one)
    try:
        one.fit(loader, updates=updates, resume="auto", on_change=on_change)
    except ChangedRunError:
        assert runs.digest(one) == before, "what is refused changes nothing"
        raise
    return one


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"batch_size": 9}, ["batch_size: was 6, is 9"]),
        ({"accumulation": 2}, ["accumulation: was 1, is 2"]),
        ({"precision": "bf16"}, ["precision: was 'fp32', is 'bf16'"]),
        ({"clip_norm": 2.0}, ["clip_norm: was 1.0, is 2.0"]),
        ({"clip_norm": None}, ["clip_norm: was 1.0, is None"]),
        (
            {"clip_norm": None, "clip_value": 0.5},
            ["clip_norm: was 1.0, is None", "clip_value: was None, is 0.5"],
        ),
    ],
)
def test_other_settings_are_refused_and_may_be_accepted(
    tmp_path, caplog, change, lines
):
    options = {"clip_norm": 1.0}
    fit(tmp_path, updates=4, **options)
    options |= change
    with pytest.raises(ChangedRunError, match="on_change='accept'") as caught:
        fit(tmp_path, updates=6, **options)
    assert caught.value.changes == lines
    assert fit(tmp_path, updates=6, on_change="accept", **options).updates == 6
    for line in lines:
        assert f"going on with another {line}" in caplog.text


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"optimizer": "SGD"}, "optimizer: was 'AdamW', is 'SGD'"),
        ({"width": 9}, "0.weight: was of shape (8, 8), is of (9, 8)"),
    ],
)
@pytest.mark.parametrize("on_change", ["refuse", "accept"])
def test_another_model_or_optimizer_is_another_run(tmp_path, change, line, on_change):
    fit(tmp_path, updates=4)
    with pytest.raises(ChangedRunError, match="load_weights") as caught:
        fit(tmp_path, updates=6, on_change=on_change, **change)
    assert line in caught.value.changes


def test_weights_that_are_missing_or_new_are_named(tmp_path):
    fit(tmp_path, updates=4)
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU())
    one = BaseTrainer(
        model, torch.optim.AdamW(model.parameters(), lr=0.01), folder=tmp_path
    )
    with pytest.raises(ChangedRunError) as caught:
        one.fit(Loader(runs.table(), 6), updates=6, resume=True)
    missing, unknown = (line for line in caught.value.changes if "weights" in line)
    assert missing.startswith("weights missing in the checkpoint: 1.bias, 1.num_b")
    assert unknown == "weights not in the model: 2.bias, 2.weight"


def test_a_run_with_other_batches_deals_each_sample_once(tmp_path):
    class Watch(Callback):
        def __init__(self):
            self.samples = []

        def on_update(self, context):
            self.samples.append((context.epoch, context.samples))

    for updates, batch_size in [(4, 6), (9, 9), (12, 12)]:
        watch, model = Watch(), net()
        one = BaseTrainer(
            model,
            torch.optim.AdamW(model.parameters()),
            folder=tmp_path,
            callbacks=[Checkpointing(), watch],
        )
        loader = Loader(runs.table(), batch_size, seed=5)
        one.fit(loader, updates=updates, resume="auto", on_change="accept")
        expected = {
            6: [(0, 6)] * 4,
            9: [(0, 9)] * 3 + [(0, 3), (1, 9)],
            12: [(1, 12)] * 3,
        }
        assert watch.samples == expected[batch_size]


def test_other_data_are_refused(tmp_path):
    fit(tmp_path, updates=4)
    with pytest.raises(ValueError, match="the saved position has seed 5"):
        fit(tmp_path, updates=6, data_seed=6)


def test_an_unknown_policy_is_refused(tmp_path):
    fit(tmp_path, updates=4)
    with pytest.raises(ValueError, match="on_change must be one of refuse, accept"):
        fit(tmp_path, updates=6, on_change="keep")
