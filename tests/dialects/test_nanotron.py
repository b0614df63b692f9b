"""nanotron's learning rates: known values, what is documented, and refusals."""

import pytest

from lehr.dialects import dialect, nanotron


def rate(**arguments):
    arguments = {"total_training_steps": 10, "min_decay_lr": 0.0, **arguments}
    return nanotron.lr_scheduler_builder(1.0, **arguments)


def test_values_are_the_known_ones():
    lr = rate(lr_warmup_steps=2, min_decay_lr=0.1)
    known = [0, 0.5, 1, 0.8875, 0.775, 0.6625, 0.55, 0.4375, 0.325, 0.2125, 0.1, 0.1]
    assert [lr(t) for t in range(12)] == pytest.approx(known)


def test_the_decay_lasts_to_the_end_of_the_run_unless_it_is_to_be_exact():
    phases = {"lr_warmup_steps": 2, "lr_decay_starting_step": 6}
    documented, original = rate(**phases), rate(exact=True, **phases)
    assert [documented(t) for t in (6, 7, 8, 9, 10)] == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert [original(t) for t in (6, 7, 8, 9, 10)] == [1.0, 0.5, 0.0, 0.0, 0.0]


def test_without_warmup_the_first_update_is_at_the_peak_unless_it_is_to_be_exact():
    assert [rate()(t) for t in (0, 5, 10)] == [1.0, 0.5, 0.0]
    assert [rate(exact=True)(t) for t in (0, 5, 10)] == [0.0, 0.5, 0.0]


def test_a_constant_warmup_uses_the_configured_rate_up_to_its_end():
    own = {"lr_warmup_style": "constant", "learning_rate": 0.25}
    lr = rate(lr_warmup_steps=2, **own)
    assert [lr(t) for t in (0, 1, 2, 6)] == [0.25, 0.25, 0.25, 0.5]


def test_a_decay_that_begins_under_the_warmup_shows_after_it():
    lr = rate(lr_warmup_steps=4, lr_decay_starting_step=2, lr_decay_steps=8)
    assert [lr(t) for t in (3, 4, 5, 10)] == [0.75, 1.0, 0.625, 0.0]


def test_a_decay_that_is_over_before_the_warmup_is_the_floor_after_it():
    lr = rate(lr_warmup_steps=6, lr_decay_starting_step=0, lr_decay_steps=2)
    assert [lr(t) for t in (3, 6, 7, 99)] == [0.5, 1.0, 0.0, 0.0]


def test_a_decay_of_no_length_drops():
    lr = rate(lr_warmup_steps=2, lr_decay_starting_step=4, lr_decay_steps=0)
    assert [lr(t) for t in (2, 3, 4)] == [1.0, 1.0, 0.0]
    assert [rate(lr_warmup_steps=10)(t) for t in (10, 11)] == [1.0, 0.0]


def test_neither_warmup_nor_decay_is_the_rate_itself():
    lr = rate(lr_decay_steps=0)
    assert lr(0) == lr(99) == 1.0


def test_without_a_floor_nothing_decays():
    lr = nanotron.lr_scheduler_builder(1.0, total_training_steps=9)
    assert lr(0) == lr(4) == lr(99) == 1.0


def test_it_is_in_the_catalog():
    known = dialect("nanotron", "lr_scheduler_builder")
    assert known.exact
    assert known.curve(2.0, total_training_steps=10, min_decay_lr=0.0)(5) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"total_training_steps": None}, "total_training_steps must be given"),
        ({"lr_warmup_steps": -1}, "lr_warmup_steps must be >= 0"),
        ({"lr_warmup_style": "cosine"}, "lr_warmup_style must be one of"),
        ({"lr_decay_style": "sqrt"}, "did you mean '1-sqrt'"),
        ({"lr_decay_steps": 1.5}, "lr_decay_steps must be a whole number"),
    ],
)
def test_refuses_what_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        rate(**arguments)
