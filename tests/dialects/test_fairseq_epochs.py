"""fairseq's schedulers that count epochs: fixed, polynomial_decay, manual."""

import pytest

from lehr import Constant
from lehr.dialects.fairseq import fixed, manual, polynomial_decay


def values(schedule, number):
    return [schedule(t) for t in range(number)]


def test_each_epoch_has_its_value_and_the_last_is_held():
    lr = fixed(lr=[3.0, 2.0, 1.0], updates_per_epoch=2)
    assert values(lr, 8) == [3.0, 3.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0]


def test_a_forced_epoch_shrinks_the_last_value_again_and_again():
    lr = fixed(lr=[4.0, 2.0], force_anneal=4, lr_shrink=0.5, updates_per_epoch=1)
    assert values(lr, 6) == [4.0, 2.0, 2.0, 1.0, 0.5, 0.25]
    early = fixed(lr=[4.0, 2.0], force_anneal=2, lr_shrink=0.5, updates_per_epoch=1)
    assert values(early, 4) == [4.0, 1.0, 0.5, 0.25]
    at_once = fixed(lr=2.0, force_anneal=0, lr_shrink=0.5, updates_per_epoch=1)
    assert values(at_once, 3) == [0.5, 0.25, 0.125]


def test_a_warmup_multiplies_the_value_of_the_epoch():
    lr = fixed(lr=[4.0, 2.0], warmup_updates=4, updates_per_epoch=2)
    assert values(lr, 6) == [1.0, 2.0, 1.5, 2.0, 2.0, 2.0]
    assert values(fixed(lr=2.0, warmup_updates=1), 2) == [2.0, 2.0]


def test_a_polynomial_decay_gives_the_second_value_to_the_first_epoch():
    lr = polynomial_decay(lr=[9.0, 4.0, 2.0], total_num_update=8, updates_per_epoch=2)
    assert values(lr, 9) == [4.0, 3.5, 1.5, 1.25, 1.0, 0.75, 0.5, 0.25, 0.0]
    single = polynomial_decay(lr=[4.0], total_num_update=8)
    assert values(single, 9) == [4.0 - t / 2 for t in range(9)]


def test_more_values_than_epochs_are_not_used():
    lr = polynomial_decay(
        lr=[9.0, 4.0, 2.0, 1.0], total_num_update=4, updates_per_epoch=3
    )
    assert values(lr, 6) == [4.0, 3.0, 2.0, 0.5, 0.0, 0.0]


def test_a_forced_epoch_of_a_polynomial_decays_what_it_finds():
    lr = polynomial_decay(
        lr=8.0, total_num_update=4, force_anneal=2, updates_per_epoch=2
    )
    assert values(lr, 6) == [8.0, 6.0, 4.0 / 2, 2.0 / 2, 0.0, 0.0]


def test_a_decay_forced_from_the_first_epoch_finds_what_the_warmup_begins_with():
    lr = polynomial_decay(
        lr=8.0,
        warmup_updates=4,
        total_num_update=8,
        force_anneal=1,
        updates_per_epoch=8,
    )
    assert values(lr, 9) == [0.0, 0.5, 1.0, 1.5, 2.0, 1.5, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("curve", [fixed, polynomial_decay])
def test_epochs_need_a_length(curve):
    more = {"total_num_update": 9} if curve is polynomial_decay else {}
    for given in ({"lr": [1.0, 0.5]}, {"lr": 1.0, "force_anneal": 3}):
        with pytest.raises(ValueError, match="updates_per_epoch must be given"):
            curve(**given, **more)
        with pytest.raises(ValueError, match="updates_per_epoch must be >= 1"):
            curve(**given, **more, updates_per_epoch=0)


def test_too_many_forced_epochs_are_refused():
    with pytest.raises(ValueError, match="a piece of each epoch, at most 1000"):
        polynomial_decay(
            lr=1.0, force_anneal=1, updates_per_epoch=1, total_num_update=10**6
        )


def test_updates_come_before_epochs_once_they_have_begun():
    lr = manual(
        lr=9.0,
        epoch2lr={"2": 2.0, "3-4": 3.0},
        update2lr={"5": 5.0},
        updates_per_epoch=2,
    )
    assert values(lr, 10) == [9.0, 9.0, 2.0, 2.0, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0]


def test_the_first_value_is_that_of_epoch_1_or_else_of_update_1():
    epoch = manual(epoch2lr={"1": 0.0}, update2lr={"1": 5.0}, updates_per_epoch=9)
    assert values(epoch, 3) == [0.0, 5.0, 5.0]
    assert values(manual(update2lr={"1": 5.0, "3": 1.0}), 4) == [5.0, 5.0, 5.0, 1.0]
    assert manual(lr=[0.5, 0.1]) == Constant(0.5)
    assert manual(epoch2lr={"0": 3.0}, updates_per_epoch=4)(0) == 3.0


def test_a_later_entry_wins_where_two_say_one_number():
    lr = manual(lr=1.0, update2lr='{"2-5": 2.0, "3": 3.0, "4,7": 4.0}')
    assert values(lr, 9) == [1.0, 1.0, 2.0, 3.0, 4.0, 2.0, 2.0, 4.0, 4.0]


def test_a_long_range_costs_nothing():
    lr = manual(update2lr={"1-1000000000000": 2.0, "1000000000001": 3.0})
    assert [lr(10**12), lr(10**12 + 1)] == [2.0, 3.0]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[1]", "update2lr must be a mapping"),
        ("{1: ", "update2lr must be a mapping"),
        ("__import__('os')", "update2lr must be a mapping"),
        ({"1-2-3": 1.0}, "has the key '1-2-3'"),
        ({"1-2,5": 1.0}, "has the key '1-2,5'"),
        ({"x": 1.0}, "has the key 'x'"),
        ({"1": float("inf")}, "must be finite"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused(written, message):
    with pytest.raises(ValueError, match=message):
        manual(update2lr=written)
