"""ignite's dialect: its clock, its edges and its refusals."""

import pytest

from lehr.dialects import dialect, ignite, named, schedulers
from lehr.dialects.torch import SCHEDULERS as TORCH

POINTS = named(ignite.SCHEDULERS, "PiecewiseLinear", milestones_values=[(0, 1), (4, 0)])
FLAT = named(ignite.SCHEDULERS, "PiecewiseLinear", milestones_values=[(0, 0.5)])
PLATEAU = named(ignite.SCHEDULERS, "ReduceLROnPlateauScheduler", metric_name="loss")


def test_a_cosine_begins_again_where_its_end_value_would_be():
    lr = ignite.cosine_annealing(start_value=1.0, end_value=0.0, cycle_size=8)
    assert [lr(7), lr(8), lr(16)] == pytest.approx([0.03806, 1.0, 1.0], abs=1e-5)


def test_a_warmup_leads_from_a_cycles_end_to_the_next_start():
    lr = ignite.cosine_annealing(
        start_value=1.0,
        end_value=0.0,
        cycle_size=4,
        warmup_duration=2,
        start_value_mult=0.5,
    )
    assert [lr(t) for t in (4, 5, 6, 10, 12)] == pytest.approx([0, 0.25, 0.5, 0, 0.25])


@pytest.mark.parametrize("mult", [2.0, 3.0])
def test_whole_multipliers_need_no_list_of_cycles(mult):
    lr = ignite.cosine_annealing(
        start_value=1.0, end_value=0.0, cycle_size=4, cycle_mult=mult
    )
    assert type(lr).__name__ == "Repeat"
    far = 4 * (mult**15 - 1) / (mult - 1)
    assert lr(far) == 1.0
    assert lr(far - 1) < 1e-6


def test_cycles_that_have_shrunk_to_nothing_hold_their_end():
    lr = ignite.cosine_annealing(
        start_value=1.0, end_value=0.25, cycle_size=4, cycle_mult=0.5
    )
    # 4, 2 and 1 events; the next would have none
    assert [lr(t) for t in (4, 6, 7, 99)] == [1.0, 1.0, 0.25, 0.25]


def test_growing_values_end_before_a_float_would_overflow():
    lr = ignite.linear_cyclical(
        start_value=0.0, end_value=1.0, cycle_size=2, end_value_mult=10.0
    )
    assert lr(5) == 100.0
    assert lr(10**9) < 1e308
    stretched = ignite.linear_cyclical(
        start_value=1.0,
        end_value=1e200,
        cycle_size=2,
        cycle_mult=1.5,
        end_value_mult=9e9,
    )
    assert stretched(10**9) < 1e308


def test_schedulers_of_duration_0_are_left_out():
    curve = dialect("ignite", "ConcatScheduler").curve
    lr = curve(0.1, schedulers=[POINTS, FLAT, POINTS], durations=[2, 0])
    assert [lr(t) for t in (0, 1, 2, 3, 6, 99)] == [1.0, 0.75, 1.0, 0.75, 0.0, 0.0]
    first = curve(0.1, schedulers=[FLAT, POINTS], durations=[0])
    assert [first(t) for t in (0, 1, 4)] == [1.0, 0.75, 0.0]


def test_a_warmup_ends_at_the_first_value_of_what_follows():
    decay = named(TORCH, "ExponentialLR", gamma=0.5)
    given = {"lr_scheduler": decay, "warmup_start_value": 0.0, "warmup_duration": 2}
    lr = ignite.create_lr_scheduler_with_warmup(1.0, **given)
    assert [lr(t) for t in range(4)] == [0.0, 1.0, 0.5, 0.25]
    twice = ignite.create_lr_scheduler_with_warmup(1.0, **given, warmup_end_value=2.0)
    assert [twice(t) for t in range(4)] == [0.0, 2.0, 1.0, 0.5]


def test_a_warmup_ends_at_the_groups_value_before_one_of_ignites_own():
    given = {"warmup_start_value": 0.0, "warmup_duration": 3}
    lr = ignite.create_lr_scheduler_with_warmup(0.5, lr_scheduler=POINTS, **given)
    assert [lr(t) for t in range(5)] == [0.0, 0.25, 0.5, 1.0, 0.75]
    wrapped = named(
        ignite.SCHEDULERS,
        "LRScheduler",
        lr_scheduler=named(TORCH, "ConstantLR", factor=0.5, total_iters=2),
    )
    lr = ignite.create_lr_scheduler_with_warmup(1.0, lr_scheduler=wrapped, **given)
    assert [lr(t) for t in range(5)] == [0.0, 0.25, 0.5, 0.5, 1.0]


def test_a_wrapped_scheduler_takes_its_first_step_once():
    constant = named(TORCH, "ConstantLR", factor=0.5, total_iters=2)
    for legacy in (False, True):
        lr = ignite.lr_scheduler(1.0, lr_scheduler=constant, use_legacy=legacy)
        assert [lr(t) for t in range(4)] == [0.5, 0.5, 1.0, 1.0]


def test_a_plateau_heeds_its_lowest_rate_or_exactly_does_not():
    driven = dialect("ignite", "ReduceLROnPlateauScheduler").metric_driven
    given = {"metric_name": "loss", "min_lr": 0.1, "patience": 2, "factor": 0.5}
    assert driven(**given).minimum == 0.1
    assert driven(**given).controller.patience == 2
    assert driven(**given, exact=True).minimum == 0.0
    assert driven(**given, exact=True, param_group_index=0).minimum == 0.1


def test_a_function_of_the_state_is_asked_for_whole_events():
    value = ignite.lambda_state(lambda_obj=[3.0, 2.0, 1.0].__getitem__)
    assert [value(0), value(1.5), value(2)] == [3.0, 2.0, 1.0]


def test_every_curve_of_the_library_is_there():
    assert len(schedulers("ignite")) == 12


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("CosineAnnealingScheduler", {"cycle_size": 1}, "cycle_size must be >= 2"),
        ("CosineAnnealingScheduler", {"cycle_mult": -1}, "cycle_mult must be >= 0"),
        ("CosineAnnealingScheduler", {"end_value_mult": -1}, "end_value_mult must be"),
        ("LinearCyclicalScheduler", {"warmup_duration": 2}, "unless monotonic=True"),
    ],
)
def test_refuses_cycles_that_cannot_be(name, arguments, message):
    cycle = {"start_value": 1.0, "end_value": 0.0, "cycle_size": 4}
    with pytest.raises(ValueError, match=message):
        dialect("ignite", name).curve(**{**cycle, **arguments})


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        ([], ValueError, "at least one pair"),
        ([(3, 1.0), (2, 1.0)], ValueError, "must not decrease, got 3 before 2"),
        ([(-1, 1.0)], ValueError, r"milestones_values\[0\]\[0\] must be >= 0"),
        ([3], TypeError, r"milestones_values\[0\] must be a pair"),
    ],
)
def test_refuses_points_that_cannot_be(points, error, message):
    with pytest.raises(error, match=message):
        ignite.piecewise_linear(milestones_values=points)


@pytest.mark.parametrize(
    ("schedulers", "durations", "error", "message"),
    [
        ([FLAT], [], ValueError, "at least two"),
        ([FLAT, FLAT], [1, 2], ValueError, "durations one less"),
        ([FLAT, FLAT], [-1], ValueError, r"durations\[0\] must be >= 0"),
        ([FLAT, FLAT], "1", TypeError, "durations must be a list"),
        ([FLAT, PLATEAU], [1], ValueError, "follows a metric"),
        ([FLAT, 3], [1], TypeError, "must be a Named"),
    ],
)
def test_refuses_sequences_that_cannot_be(schedulers, durations, error, message):
    with pytest.raises(error, match=message):
        ignite.concat(0.1, schedulers=schedulers, durations=durations)


def test_refuses_a_warmup_of_one_event_and_a_nameless_metric():
    with pytest.raises(ValueError, match="warmup_duration must be >= 2"):
        ignite.create_lr_scheduler_with_warmup(
            1.0, lr_scheduler=FLAT, warmup_start_value=0.0, warmup_duration=1
        )
    with pytest.raises(TypeError, match="metric_name must be a name"):
        ignite.reduce_on_plateau(metric_name=3)
