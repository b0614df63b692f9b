"""Groups that are added while the run goes on are right before their first update."""

import pytest
import torch

from lehr import Constant, Linear
from lehr.bindings.torch import Scheduler, times_base

FALL = Linear(1.0, 0.0, 10)


def add(optimizer, **options):
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    optimizer.add_param_group({"params": [parameter], **options})
    return parameter


def test_a_new_group_uses_the_schedule_from_its_first_update(make):
    optimizer = make(None)
    scheduler = Scheduler(optimizer, lr=FALL)
    scheduler.seek(5)
    parameter = add(optimizer)
    optimizer.step()
    assert parameter[0].item() == 1.0 - 0.5
    scheduler.step()
    assert scheduler.values["lr"] == [0.4, 0.4]


@pytest.mark.parametrize("value", [FALL, times_base(FALL)])
def test_a_new_group_with_the_default_tensor_starts_as_the_others_did(make, value):
    optimizer = make(None, shared=torch.tensor(0.5))
    scheduler = Scheduler(optimizer, lr=value)
    scheduler.seek(5)
    add(optimizer)
    optimizer.step()
    scheduler.seek(8)
    first, second = scheduler.values["lr"]
    assert first == second
    assert scheduler.base_lrs == [0.5, 0.5]


@pytest.mark.parametrize("default", [0.5, torch.tensor(0.5)])
@pytest.mark.parametrize("field", ["lr", "beta1"])
def test_a_new_group_may_start_at_the_default_though_the_first_did_not(
    make, default, field
):
    rate = torch.tensor(0.25) if isinstance(default, torch.Tensor) else 0.25
    optimizer = make(rate, shared=default, kind=torch.optim.Adam, betas=(0.5, 0.9))
    optimizer.param_groups[0]["betas"] = (0.25, 0.9)
    scheduler = Scheduler(optimizer, **{field: Linear(0.75, 0.0, 10)})
    add(optimizer)
    optimizer.step()
    assert scheduler.values[field] == [0.75, 0.75]


def test_a_step_picks_up_a_new_group_as_well(make):
    optimizer = make(None)
    scheduler = Scheduler(optimizer, lr=FALL)
    add(optimizer)
    scheduler.step()
    assert scheduler.values["lr"] == [0.9, 0.9]
    add(optimizer)
    scheduler.seek(2)
    assert scheduler.values["lr"] == [0.8, 0.8, 0.8]


def test_times_base_multiplies_the_new_groups_own_value(make):
    optimizer = make(0.1)
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    scheduler.seek(5)
    add(optimizer, lr=0.4)
    optimizer.step()
    assert scheduler.values["lr"] == [0.05, 0.2]
    assert scheduler.base_lrs == [0.1, 0.4]


def test_a_mapping_knows_the_new_group_by_name(make):
    optimizer = make(None, names="body")
    optimizer.add_param_group(
        {"params": [torch.nn.Parameter(torch.ones(1))], "name": "head"}
    )
    scheduler = Scheduler(optimizer, lr={"body": FALL, "head": Constant(0.25)})
    add(optimizer, name="head")
    optimizer.step()
    assert scheduler.values["lr"] == [1.0, 0.25, 0.25]
    add(optimizer, name="tail")
    with pytest.raises(
        ValueError, match=r"no schedule for param_groups\[3\] \('tail'\)"
    ):
        optimizer.step()


def test_a_new_group_that_does_not_fit_stops_the_next_update(make):
    optimizer = make(None)
    Scheduler(optimizer, lr=FALL)  # not kept: it no longer watches
    add(optimizer, lr=0.5)
    optimizer.step()

    optimizer = make(None)
    scheduler = Scheduler(optimizer, lr=FALL)
    add(optimizer, lr=0.5)
    for act in (optimizer.step, scheduler.step, optimizer.step):
        with pytest.raises(ValueError, match="times_base"):
            act()
    listed = make(None)
    kept = Scheduler(listed, lr=[FALL])
    add(listed)
    with pytest.raises(ValueError, match="lists 1 schedules for 2 param groups"):
        listed.step()
    assert kept.last_epoch == 0


def test_groups_that_vanish_are_refused(make):
    optimizer = make(None, None)
    scheduler = Scheduler(optimizer, lr=FALL)
    del optimizer.param_groups[0]
    with pytest.raises(ValueError, match="had 2 groups and has 1"):
        scheduler.step()
    fresh = Scheduler(optimizer, lr=FALL)
    fresh.seek(3)
    assert fresh.values["lr"] == [0.7]


def test_a_state_with_an_added_group_is_loaded_into_all_groups(make):
    optimizer = make(0.1)
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    scheduler.seek(4)
    add(optimizer, lr=0.4)
    optimizer.step()
    resumed = make(0.1, 0.4)
    again = Scheduler(resumed, lr=times_base(FALL))
    again.load_state_dict(scheduler.state_dict())
    assert again.values == scheduler.values
    early = make(0.1)
    waits = Scheduler(early, lr=times_base(FALL))
    waits.load_state_dict(scheduler.state_dict())
    add(early, lr=0.4)
    early.step()
    assert waits.values == scheduler.values
