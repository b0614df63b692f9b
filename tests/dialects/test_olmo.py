"""OLMo-core's schedulers: known values, edges, and what is refused.

Its own figures are compared in tests/agreement.
"""

import pytest

from dialects.recorded_signatures import differences
from lehr import Constant
from lehr.dialects import named, schedulers
from lehr.dialects.olmo import (
    SCHEDULERS,
    composable,
    constant,
    constant_with_warmup,
    cos_with_warmup,
    cos_with_warmup_and_linear_decay,
    exponential,
    half_cos_with_warmup,
    inv_sqrt_with_warmup,
    linear_with_warmup,
    power,
    sequential,
    wsd,
    wsds,
)


def values(schedule, number):
    return [schedule(t) for t in range(number)]


def test_parameters_and_defaults_are_olmos():
    assert differences("olmo", added=["max_steps", "first"]) == []
    assert len(schedulers("olmo")) == 13


def test_a_wsds_has_known_values():
    known = [0, 0.5, 1, 1, 1, 0.5, 0, 1, 1, 1, 1, 0.5, 0, 0]
    lr = wsds(1.0, period_lengths=[6, 6], warmup=2, decay=2, first=0)
    assert values(lr, 14) == known


def test_the_trainer_counts_an_update_before_it_is_made():
    given = {"warmup": 4, "max_steps": 12}
    own, trained = cos_with_warmup(1.0, **given, first=0), cos_with_warmup(1.0, **given)
    assert values(trained, 15) == [own(t + 1) for t in range(15)]
    assert own(0) == 0.0
    assert trained(11) == own(12) == pytest.approx(0.1)
    assert constant_with_warmup(1.0, warmup=1) == Constant(1.0)


def test_tokens_are_counted_with_the_batch():
    given = {"units": "tokens", "warmup": 1000, "first": 250}
    lr = constant_with_warmup(1.0, **given)
    assert [lr(t) for t in (0, 250, 500, 750, 1000)] == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize(
    ("curve", "given"),
    [
        (wsd, {"warmup": 2, "decay": 4, "decay_fraction": None}),
        (power, {"warmup": 2, "decay": 4, "decay_fraction": None}),
        (cos_with_warmup_and_linear_decay, {"warmup": 2, "decay_fraction": 0.4}),
    ],
)
def test_the_last_line_goes_on_below_0(curve, given):
    lr = curve(1.0, max_steps=10, first=0, **given)
    assert lr(10) == 0.0
    assert lr(11) == pytest.approx(-lr(9))
    assert lr(10**6) == pytest.approx(-lr(9) * (10**6 - 10))
    stopped = lr[:10]
    assert stopped(10**6) == 0.0


def test_a_decay_of_no_length_ends_at_its_floor():
    given = {"max_steps": 6, "decay": 0, "decay_fraction": None, "decay_min_lr": 0.25}
    lr = wsd(1.0, warmup=0, first=0, **given)
    assert values(lr, 8) == [1.0] * 6 + [0.25] * 2
    lr = cos_with_warmup_and_linear_decay(1.0, warmup=6, first=0, alpha_f=1, **given)
    assert [lr(3), lr(6), lr(9)] == [0.5, 0.25, 0.25]


def test_a_warmup_of_the_whole_run_owns_its_last_update():
    lr = wsd(1.0, warmup=4, max_steps=4, decay_fraction=0.5, first=0)
    assert values(lr, 7) == [0.0, 0.25, 0.5, 0.75, 1.0, -0.5, -1.0]
    flat = wsd(
        1.0, warmup=5, max_steps=4, decay=0, decay_fraction=None, decay_min_lr=0.1
    )
    assert [flat(3), flat(4), flat(5)] == pytest.approx([0.8, 1.0, 0.1])


@pytest.mark.parametrize(
    "curve", [linear_with_warmup, cos_with_warmup, half_cos_with_warmup]
)
def test_a_warmup_up_to_t_max_ends_at_the_floor(curve):
    lr = curve(1.0, warmup=4, t_max=4, first=0)
    assert lr(3) > 0.4
    assert [lr(4), lr(9)] == pytest.approx([0.1, 0.1])


def test_half_a_cosine_begins_half_way():
    lr = half_cos_with_warmup(1.0, warmup=0, max_steps=10, alpha_f=0.2, first=0)
    whole = cos_with_warmup(1.0, warmup=0, max_steps=20, alpha_f=0.2, first=0)
    assert values(lr, 12) == pytest.approx([whole(t + 10) for t in range(12)])


def test_the_line_may_cut_off_a_cosine_that_is_longer_than_the_run():
    given = {"warmup": 0, "alpha_f": 0.0, "first": 0}
    lr = cos_with_warmup_and_linear_decay(
        1.0, **given, t_max=20, decay=4, decay_fraction=None, max_steps=14
    )
    assert lr(10) == pytest.approx(0.5)
    assert [lr(12), lr(14)] == pytest.approx([0.25, 0.0])


def test_an_inverse_root_without_a_warmup_is_its_floor():
    lr = inv_sqrt_with_warmup(2.0, warmup_fraction=0.0, max_steps=10)
    assert lr == Constant(0.2)


def test_older_names_and_fractions_say_the_same():
    known = values(linear_with_warmup(1.0, warmup=2, max_steps=8), 9)
    older = linear_with_warmup(1.0, warmup_steps=2, max_steps=8)
    part = linear_with_warmup(1.0, warmup_fraction=0.25, max_steps=8)
    assert values(older, 9) == values(part, 9) == known


def test_periods_may_have_peaks_of_their_own_and_no_stable_part():
    lr = wsds(
        1.0,
        period_lengths=[4, 2, 3],
        period_lr_multipliers=[1.0, 2.0, 0.5],
        warmup=0,
        decay_fraction=1.0,
        first=0,
    )
    known = [1, 0.75, 0.5, 0.25, 0, 1, 0, 1 / 3, 1 / 6, 0, 0]
    assert values(lr, 11) == pytest.approx(known)


def test_periods_without_a_decay_go_on_at_once():
    lr = wsds(1.0, period_lengths=[2, 2], warmup=1, decay=0, first=0)
    assert values(lr, 6) == [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_stages_begin_where_the_one_before_ends():
    up = {"duration": 4, "start_lr_fraction": 0.0, "end_lr_fraction": 1.0}
    down = {"duration": 4, "shape": "cosine", "end_lr": 0.5}
    late = {"start": 6, "duration": 2, "end_lr_fraction": 0.0}
    lr = composable(2.0, stages=[up, down], first=0)
    assert [lr(t) for t in (0, 2, 4, 6, 8, 99)] == [0.0, 1.0, 2.0, 1.25, 0.5, 0.5]
    cut = composable(2.0, stages=[up, down], override_decay=late, first=0)
    assert [cut(t) for t in (4, 6, 7, 8, 99)] == [2.0, 1.25, 0.625, 0.0, 0.0]
    only = composable(2.0, stages=[{"duration": 2, "end_lr": 1.0}], first=0)
    assert values(only, 4) == [2.0, 1.5, 1.0, 1.0]


def test_a_sequence_hands_on_its_last_value():
    half = named(SCHEDULERS, "LinearWithWarmup", warmup=0, alpha_f=0.5)
    given = {"schedulers": [half, half, half], "schedulers_max_steps": [4, 4, 99]}
    lr = sequential(1.0, **given, max_steps=12, first=0)
    assert [lr(t) for t in (0, 2, 4, 6, 8, 12, 20)] == pytest.approx(
        [1.0, 0.75, 0.5, 0.375, 0.25, 0.125, 0.125]
    )
    late = {"start": 4, "duration": 2, "end_lr": 0.0}
    cut = sequential(1.0, **given, max_steps=12, override_decay=late)
    assert [cut(t) for t in (3, 4, 5, 9)] == [0.5, 0.25, 0.0, 0.0]
    one = sequential(1.0, schedulers=[half], max_steps=4, first=0)
    assert values(one, 5) == [1.0, 0.875, 0.75, 0.625, 0.5]


FLAT = named(SCHEDULERS, "ConstantScheduler")
STAGE = {"duration": 2, "end_lr": 1.0}


@pytest.mark.parametrize(
    ("curve", "given", "message"),
    [
        (constant, {"units": "epochs"}, "units must be one of steps, tokens"),
        (constant, {"first": -1}, "first must be >= 0"),
        (constant_with_warmup, {}, "exactly one of warmup and warmup_fraction"),
        (constant_with_warmup, {"warmup": 1, "warmup_fraction": 0.1}, "exactly one"),
        (constant_with_warmup, {"warmup_fraction": 0.1}, "max_steps must be given"),
        (constant_with_warmup, {"warmup": 1, "warmup_min_lr": 2}, "warmup_min_lr must"),
        (wsd, {"warmup": 1}, "max_steps must be given"),
        (wsd, {"warmup": 1, "decay": 2, "max_steps": 9}, "exactly one of decay and"),
        (wsds, {"warmup": 1, "decay": 1}, "period_lengths must not be empty"),
        (wsds, {"period_lengths": [3], "warmup": 2, "decay": 2}, "shorter than"),
        (
            wsds,
            {"period_lengths": [3], "period_lr_multipliers": [1.0, 2.0]},
            "one value per period",
        ),
        (exponential, {"max_steps": 9, "lr_min": 0}, "lr_min must be > 0"),
        (power, {"warmup": 0, "max_steps": 9}, "warmup must be > 0"),
        (power, {"warmup": 1, "max_steps": 9, "b": 0.5}, "b must be < 0"),
        (power, {"warmup": 1, "max_steps": 9, "decay_fraction": 1}, "decay .9. must"),
        (
            cos_with_warmup_and_linear_decay,
            {"warmup": 1, "decay": 9, "decay_fraction": None, "max_steps": 8},
            "exceeds max_steps",
        ),
        (composable, {}, "stages must hold at least one"),
        (composable, {"stages": [{"duration": 2}]}, "must have end_lr or"),
        (composable, {"stages": [{**STAGE, "end_lr_fraction": 1}]}, "has both end_lr"),
        (composable, {"stages": [{**STAGE, "end": 1}]}, "a key of stages.0. must be"),
        (composable, {"stages": [{**STAGE, "start_lr": -1}]}, "start_lr must be >= 0"),
        (sequential, {"schedulers": []}, "schedulers must hold at least one"),
        (sequential, {"schedulers": [FLAT] * 3}, "one length per scheduler"),
        (
            sequential,
            {"schedulers": [FLAT] * 2, "schedulers_max": [9], "max_steps": 9},
            "must be > the sum",
        ),
    ],
)
def test_what_cannot_work_is_refused(curve, given, message):
    with pytest.raises(ValueError, match=message):
        curve(1.0, **given)


def test_a_sequence_holds_named_schedulers():
    with pytest.raises(TypeError, match=r"schedulers\[0\] must be a Named"):
        sequential(1.0, schedulers=[Constant(1.0)], max_steps=4)
