"""What a field may follow, group by group, and what is refused."""

import pytest
import torch

from lehr import Constant, Linear
from lehr.bindings.torch import Scheduler, on, times_base

FALL = Linear(1.0, 0.0, 10)


def test_one_schedule_drives_all_groups(make):
    scheduler = Scheduler(make(None, None, None), lr=FALL)
    scheduler.step()
    assert scheduler.values == {"lr": [0.9, 0.9, 0.9]}


def test_a_list_gives_each_group_its_own(make):
    scheduler = Scheduler(make(0.1, 0.2, 0.3), lr=[FALL, None, times_base(FALL)])
    scheduler.step()
    assert scheduler.values["lr"] == pytest.approx([0.9, 0.2, 0.27])


def test_a_mapping_finds_groups_by_name_and_by_index(make):
    optimizer = make(0.1, 0.2, 0.3, names="body head body")
    by_name = {"body": FALL, "head": times_base(FALL)}
    scheduler = Scheduler(optimizer, lr=by_name)
    scheduler.seek(5)
    assert scheduler.values["lr"] == pytest.approx([0.5, 0.1, 0.5])
    mixed = Scheduler(make(0.1, 0.2), lr={1: FALL, 0: None})
    mixed.seek(5)
    assert mixed.values["lr"] == [0.1, 0.5]


def test_times_base_keeps_the_ratios_of_the_groups(make):
    optimizer = make(0.1, 0.001, 0.0)
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    for t in range(11):
        assert scheduler.values["lr"] == [FALL(t) * 0.1, FALL(t) * 0.001, 0.0]
        scheduler.step()


def test_a_group_may_run_on_its_own_clock(make):
    optimizer = make(0.1, 0.2)
    scheduler = Scheduler(optimizer, lr=[FALL, on("samples", Linear(1.0, 0.0, 100))])
    scheduler.step(samples=50)
    assert scheduler.values["lr"] == [0.9, 0.5]
    both = Scheduler(make(0.1, 0.2), lr=on("samples", times_base(FALL)))
    both.step(samples=5)
    assert both.values["lr"] == [0.05, 0.1]


@pytest.mark.parametrize("pair", [tuple, list])
def test_betas_are_scheduled_by_their_own_names(make, pair):
    optimizer = make(None, kind=torch.optim.AdamW)
    optimizer.param_groups[0]["betas"] = pair((0.9, 0.999))
    Scheduler(optimizer, beta1=Constant(0.5), beta2=Constant(0.75))
    assert optimizer.param_groups[0]["betas"] == pair((0.5, 0.75))
    optimizer.step()


def test_every_number_of_a_group_can_be_scheduled(make):
    optimizer = make(None, kind=torch.optim.RMSprop)
    scheduler = Scheduler(
        optimizer,
        alpha=Constant(0.5),
        eps=Constant(1e-3),
        momentum=Constant(0.25),
        weight_decay=Constant(0.125),
    )
    assert scheduler.values == {
        "alpha": [0.5],
        "eps": [1e-3],
        "momentum": [0.25],
        "weight_decay": [0.125],
    }
    assert optimizer.param_groups[0]["alpha"] == 0.5


def test_an_unknown_field_is_refused_with_the_nearest_and_all_known(make):
    with pytest.raises(ValueError, match="did you mean 'weight_decay'") as caught:
        Scheduler(make(None, kind=torch.optim.AdamW), weight_decy=FALL)
    message = str(caught.value)
    assert "AdamW has no field 'weight_decy'" in message
    assert message.endswith("beta1, beta2, eps, lr, weight_decay")


@pytest.mark.parametrize(
    ("field", "holds"), [("nesterov", "False"), ("foreach", "None")]
)
def test_a_field_that_is_no_number_is_refused_with_what_it_holds(make, field, holds):
    with pytest.raises(ValueError, match=f"{field}.* holds {holds}"):
        Scheduler(make(), **{field: FALL})


def test_notes_of_other_schedulers_are_no_fields(make):
    optimizer = make()
    torch.optim.lr_scheduler.StepLR(optimizer, 3)
    with pytest.raises(ValueError, match="no field 'initial_lr'"):
        Scheduler(optimizer, initial_lr=FALL)


def test_one_absolute_schedule_for_differing_groups_names_both_ways_out(make):
    with pytest.raises(ValueError, match=r"\(0\.1, 0\.01\)") as caught:
        Scheduler(make(0.01, 0.1, 0.1), lr=FALL)
    assert "lr={name: ...}" in str(caught.value)
    assert "lr=times_base(schedule)" in str(caught.value)


def test_a_list_of_the_wrong_length_is_refused(make):
    with pytest.raises(ValueError, match="lists 1 schedules for 2 param groups"):
        Scheduler(make(None, None), lr=[FALL])


def test_a_mapping_must_name_each_group_once(make):
    optimizer = make(None, None, names="body head")
    with pytest.raises(ValueError, match=r"add 'head': schedule .* or 'head': None"):
        Scheduler(optimizer, lr={"body": FALL})
    with pytest.raises(ValueError, match="did you mean 'head'"):
        Scheduler(optimizer, lr={"body": FALL, "haed": FALL})
    with pytest.raises(ValueError, match=r"param_groups\[1\] twice: by 1"):
        Scheduler(optimizer, lr={"body": FALL, "head": FALL, 1: FALL})
    with pytest.raises(
        ValueError, match="none has a name; by index: 0 to 1; groups_by"
    ):
        Scheduler(make(None, None), lr={"body": FALL})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0.1, r"got 0\.1; for a constant write Constant\(0\.1\)"),
        ("cosine", "got 'cosine'"),
        (None, "leave it out"),
        (times_base, "must be a schedule"),
    ],
)
def test_what_is_no_schedule_is_refused(make, value, says):
    with pytest.raises(TypeError, match=says):
        Scheduler(make(), lr=value)
    with pytest.raises(TypeError, match="times_base takes a schedule"):
        times_base(0.5)


def test_a_refused_construction_writes_nothing(make):
    optimizer = make(0.1)
    with pytest.raises(ValueError, match="no field"):
        Scheduler(optimizer, lr=FALL, momentun=FALL)
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert not optimizer._optimizer_step_pre_hooks
