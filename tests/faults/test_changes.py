"""A run that goes on with something changed: told what, or exact all the same."""

import shutil

import pytest
import torch

from faults.forks import KILLED
from lehr.training import Callback, CheckpointStore
from training import runs


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"width": 32}, "first."),
        ({"total": 30}, "curve|schedule"),
        ({"data": {"samples": 60}}, "has size 54, this loader 60"),
        ({"data": {"seed": 6}}, "has seed 5, this loader 6"),
    ],
    ids=["model", "horizon of the schedule", "length of the data", "order of the data"],
)
def test_what_has_changed_is_told_and_the_run_goes_on_without_the_change(
    tmp_path, forks, whole, changed, told
):
    forks("train", folder=tmp_path, die=("log", 8))
    refused = forks("train", folder=tmp_path, **changed)
    assert refused.status == 1
    assert any(one in refused.result["told"] for one in told.split("|")), refused.result
    assert forks("train", folder=tmp_path, noise=1).run == whole.run


@pytest.mark.parametrize("updates", range(1, 20, 3))
def test_the_rate_of_each_update_is_that_of_the_undisturbed_run(
    tmp_path, forks, whole, updates
):
    assert forks("train", folder=tmp_path, die=("log", updates)).status == KILLED
    assert forks("train", folder=tmp_path).run["log"] == whole.run["log"]


def test_patience_best_and_top_k_survive_kills_between_evaluations(tmp_path, forks):
    options = {
        "patience": 2,
        "updates": 300,
        "evaluate_every": 3,
        "checkpointing": {"keep_best": 3, "asynchronous": False},
    }
    straight = forks("train", folder=tmp_path / "whole", **options)
    assert straight.run["stopped_by"] == "early stopping"
    end = straight.run["updates"]
    for update in (2, 5, 7, 10, end - 4, end - 2):
        part = forks("train", folder=tmp_path / "p", die=("log", update), **options)
        assert part.status == KILLED
    last = forks("train", folder=tmp_path / "p", **options)
    assert last.run == straight.run
    assert last.result["best"] == straight.result["best"]
    best = [best_of(tmp_path / name) for name in ("whole", "p")]
    assert best[0] == best[1] and len(best[0]) == 3


def best_of(folder):
    entries = CheckpointStore(folder / "checkpoints").entries()
    losses = {e.updates: e.metrics["val_loss"] for e in entries if e.metrics}
    return sorted(losses.items(), key=lambda one: one[1])[:3]


def test_an_epoch_shorter_than_a_window_is_one_window(tmp_path, forks):
    options = {"data": {"samples": 8}}  # two batches, in windows of three
    straight = forks("train", folder=tmp_path / "whole", **options)
    assert straight.run["updates"] == straight.run["lines"] == 20
    forks("train", folder=tmp_path / "parts", die=("data", 7), **options)
    forks("train", folder=tmp_path / "parts", die=("accumulation", 12), **options)
    assert forks("train", folder=tmp_path / "parts", **options).run == straight.run


def test_a_goal_in_the_middle_of_an_epoch_can_be_extended(tmp_path, forks, whole):
    for updates in (7, 13):
        part = forks("train", folder=tmp_path, goals={"updates": updates})
        assert (part.run["stopped_by"], part.run["updates"]) == ("updates", updates)
    last = forks("train", folder=tmp_path, noise=1)
    assert last.run["trained"] == whole.run["trained"]


def test_a_run_that_was_copied_elsewhere_goes_on_there(tmp_path, forks, whole):
    forks("train", folder=tmp_path / "one", die=("log", 9))
    shutil.copytree(tmp_path / "one", tmp_path / "deep" / "er" / "two")
    shutil.rmtree(tmp_path / "one")
    moved = forks("train", folder=tmp_path / "deep" / "er" / "two", noise=1)
    assert moved.run == whole.run


def test_another_optimizer_is_told(tmp_path, forks, whole):
    forks("train", folder=tmp_path, die=("log", 8))
    refused = forks("train", folder=tmp_path, other_optimizer=True)
    assert (refused.status, refused.result["error"]) == (1, "ChangedRunError")
    assert "AdamW" in refused.result["told"] and "SGD" in refused.result["told"]


@pytest.mark.parametrize("changed", [{"data": {"batch_size": 8}}, {"accumulation": 2}])
def test_another_number_of_samples_per_update_is_told(tmp_path, forks, changed):
    forks("train", folder=tmp_path, die=("log", 8))
    refused = forks("train", folder=tmp_path, **changed)
    assert (refused.status, refused.result["error"]) == (1, "ChangedRunError")


def test_a_run_inside_itself_is_refused_without_a_folder_too():
    class Again(Callback):
        def on_update(self, context):
            if context.update == 3:
                context.trainer.fit(runs.batches("lehr"), updates=50)

    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = runs.BaseTrainer(model, optimizer, callbacks=[Again()])
    with pytest.raises(RuntimeError, match="is training already"):
        one.fit(runs.batches("lehr"), updates=20)
    assert one.updates == 4
