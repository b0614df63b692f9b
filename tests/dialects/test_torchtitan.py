"""torchtitan's learning rates: known values, past the end, and refusals."""

import pytest

from lehr.dialects import dialect, torchtitan


def rate(total, warmup, **changes):
    return torchtitan.lr_scheduler(
        1.0, training_steps=total, warmup_steps=warmup, **changes
    )


def test_values_are_the_known_ones_past_the_end_too():
    known = ".5 1 1 .875 .75 .625 .5 .375 .25 .125 0 -.125 -.25"
    assert [rate(10, 2)(t) for t in range(13)] == [float(x) for x in known.split()]


def test_a_cosine_climbs_back_past_the_end():
    lr = rate(10, 2, decay_type="cosine")
    assert lr(9) == pytest.approx(lr(11)) == pytest.approx(0.0381, abs=1e-4)
    assert (lr(10), lr(18), lr(26)) == (0.0, 1.0, 0.0)


def test_one_minus_the_root_turns_negative():
    lr = rate(8, 4, decay_type="sqrt")
    assert [lr(t) for t in (4, 5, 8, 20, 4 + 4 * 10**6)] == [1, 0.5, 0, -1, -999]


def test_a_ratio_decays_at_the_end_only():
    lr = rate(100, 10, decay_ratio=0.2, min_lr_factor=0.1)
    assert lr(9) == lr(80) == 1.0
    assert [lr(t) for t in (90, 100)] == pytest.approx([0.55, 0.1])


def test_what_does_not_fit_is_shortened():
    assert rate(10, 4, decay_ratio=0.9) == rate(10, 4)
    assert rate(10, 20) == rate(10, 10)


@pytest.mark.parametrize("changes", [{}, {"decay_ratio": 0.0}])
def test_a_decay_of_no_length_is_held(changes):
    lr = rate(10, 4 if changes else 10, **changes)
    assert lr(9) == lr(10) == lr(11) == lr(10**9) == 1.0


def test_a_warmup_of_one_update_or_none_starts_at_the_peak():
    assert rate(10, 1)(0) == rate(10, 0)(0) == 1.0
    assert (rate(10, 0)(1), rate(10, 1)(1)) == (0.9, 1.0)


def test_the_curve_may_be_longer_than_the_run():
    short = torchtitan.lr_scheduler(
        1.0, training_steps=5, total_steps=10, warmup_steps=2
    )
    assert short == rate(10, 2)


def test_it_is_in_the_catalog_and_proportional():
    known = dialect("torchtitan", "lr_scheduler")
    lr = known.curve(3e-4, training_steps=10, warmup_steps=2)
    assert known.proportional
    assert lr(6) == pytest.approx(3e-4 * rate(10, 2)(6))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "training_steps must be given"),
        ({"training_steps": 0}, "total_steps must be >= 1, got 0"),
        ({"training_steps": 9, "warmup_steps": -1}, "warmup_steps must be >= 0"),
        ({"training_steps": 9, "decay_ratio": -0.1}, "decay_ratio must be >= 0"),
        ({"training_steps": 9, "decay_type": "cos"}, "did you mean 'cosine'"),
    ],
)
def test_refuses_what_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        torchtitan.lr_scheduler(1.0, **changes)
