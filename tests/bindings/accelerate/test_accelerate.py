"""A scheduler that accelerate prepares moves once per update, on any processes."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("accelerate")

import torch
from accelerate.scheduler import AcceleratedScheduler

from bindings.accelerate.scenarios import (
    PER_EPOCH,
    RATE,
    Run,
    every_scenario,
)
from bindings.forked import two_ranks
from lehr.bindings.torch import Scheduler
from lehr.rate_finder import find_rate

SCRIPT = Path(__file__).with_name("scenarios.py")
# Updates of an epoch by processes: 8 batches, accumulated by 3 or split among them.
UPDATES = {"plain": (8, 4), "accumulate": (3, 2), "split": (8, 8)}
STEPPED = ["per epoch", "per epoch, not linked"]


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What one process, and each of two, have noted."""
    alone = every_scenario(tmp_path_factory.mktemp("alone"))
    return [alone, *two_ranks(SCRIPT, tmp_path_factory.mktemp("ranks"))]


@pytest.mark.parametrize("name", UPDATES)
def test_each_update_has_its_rate_through_a_resume(ranks, name):
    for rank, (seen, updates) in enumerate(noted[name] for noted in ranks):
        assert updates == 3 * UPDATES[name][rank > 0]
        assert seen == [RATE(t) for t in range(updates)]


@pytest.mark.parametrize("name", STEPPED)
def test_a_step_per_epoch_is_one(ranks, name):
    for rank, (seen, steps) in enumerate(noted[name] for noted in ranks):
        each = 4 if rank else 8
        assert steps == 3
        assert seen == [PER_EPOCH(t) for t in range(3) for _ in range(each)]


def test_a_metric_is_judged_once(ranks):
    for rank, (seen, steps) in enumerate(noted["by metric"] for noted in ranks):
        assert steps == 5
        # From torch's own ReduceLROnPlateau: a cut after the fourth of the metrics.
        assert seen == [0.4] * (4 * (4 if rank else 8)) + [0.2] * (4 if rank else 8)


@pytest.mark.parametrize("name", ["skipped", "skipped, fused"])
def test_a_skipped_update_moves_no_clock(ranks, name):
    for rank, (seen, updates) in enumerate(noted[name] for noted in ranks):
        assert updates == (3 if rank else 7)
        assert seen == [RATE(t) for t in range(updates)]


def test_a_step_without_any_update_is_refused():
    run = Run(lr=RATE)
    with pytest.raises(RuntimeError, match="its optimizer has not stepped"):
        run.scheduler.step()


def test_a_scheduler_from_before_accelerate_was_loaded_moves_once(monkeypatch):
    with monkeypatch.context() as before:
        before.delitem(sys.modules, "accelerate.scheduler")
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))])
        scheduler = Scheduler(optimizer, lr=RATE)
    prepared = AcceleratedScheduler(scheduler, Run(lr=RATE).optimizer)
    for _ in range(3):
        optimizer.step()
        prepared.step()
        prepared.step()
    assert scheduler.position.updates == 3


def test_a_subclass_and_a_scheduler_of_schedulers_pass_it_on():
    class Mine(Scheduler):
        def step(self, *args, **kwargs):
            super().step(*args, **kwargs)

    run = Run(scheduler=Mine, lr=RATE)
    chained = torch.optim.lr_scheduler.ChainedScheduler([run.plain])
    for prepared in (run.scheduler, AcceleratedScheduler(chained, run.optimizer)):
        run.optimizer.step()
        prepared.step()
        prepared.step()
    assert run.plain.position.updates == 2


def test_it_may_be_built_on_accelerates_own_wrapper():
    optimizer = Run(lr=RATE).optimizer
    late = Scheduler(optimizer, lr=RATE)
    optimizer.param_groups[0]["lr"] = 9.0
    optimizer.load_state_dict(optimizer.state_dict())
    assert late.values == {"lr": [RATE(0)]}


def test_where_steps_are_not_linked_to_updates_each_counts():
    run = Run(lr=RATE, linked=False)
    for _ in range(3):
        run.scheduler.step()
    assert run.plain.position.updates == 3


def test_a_rate_is_found_on_what_it_has_prepared_and_nothing_moves():
    run = Run(lr=RATE)
    state = run.accelerator.gradient_state
    before = dict(vars(state)), run.batches.iteration
    found = find_rate(run.model, run.optimizer, run.batches, updates=11, high=1e-3)
    assert len(found.rates) == 11
    assert (dict(vars(state)), run.batches.iteration) == before
    with pytest.raises(RuntimeError, match="its optimizer has not stepped"):
        run.scheduler.step()
