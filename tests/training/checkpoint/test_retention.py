"""What is kept: always the newest, always the best, never more than asked for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.training import Retention


@dataclass
class Saved:
    serial: int
    metrics: Mapping[str, float] = field(default_factory=dict)
    updates: int = 0
    epochs: int = 0
    finite: bool = True
    pinned: bool = False


METRICS = st.one_of(
    st.just({}),
    st.floats().map(lambda value: {"val_loss": value}),
)
FACTS = st.fixed_dictionaries(
    {
        "metrics": METRICS,
        "updates": st.integers(0, 40),  # also backwards: a run may go back
        "epochs": st.integers(0, 6),
        "finite": st.sampled_from([True, True, True, False]),
        "pinned": st.sampled_from([False, False, False, True]),
    }
)
RUNS = st.lists(FACTS, min_size=1, max_size=12).map(
    lambda facts: [Saved(serial, **one) for serial, one in enumerate(facts, 1)]
)
RULES = st.builds(
    Retention,
    last=st.integers(1, 4),
    best=st.integers(0, 4),
    mode=st.sampled_from(["min", "max"]),
    every_updates=st.none() | st.integers(1, 12),
    every_epochs=st.none() | st.integers(1, 3),
)


@given(RUNS, RULES)
def test_the_newest_and_the_best_are_kept_and_no_more_than_asked_for(saved, rule):
    kept = rule.kept(saved)
    assert saved[-1].serial in kept
    bound = 1 + rule.last + rule.best + sum(one.pinned for one in saved)
    for counted, every in (
        ("updates", rule.every_updates),
        ("epochs", rule.every_epochs),
    ):
        if every is not None:
            bound += max(getattr(one, counted) for one in saved) // every
    assert len(kept) <= bound
    measured = {
        one.serial: one.metrics["val_loss"]
        for one in saved
        if one.finite and math.isfinite(one.metrics.get("val_loss", math.nan))
    }
    if measured and rule.best:
        best = (min if rule.mode == "min" else max)(measured.values())
        assert best in {measured.get(serial) for serial in kept}


@given(RUNS, RULES)
def test_dropping_as_one_goes_keeps_what_dropping_at_the_end_does(saved, rule):
    alive = []
    for one in saved:
        alive.append(one)
        kept = rule.kept(alive)
        alive = [other for other in alive if other.serial in kept]
    assert {one.serial for one in alive} == rule.kept(saved)


@given(RUNS, RULES)
def test_one_that_is_not_finite_never_displaces_one_that_is(saved, rule):
    finite = [one for one in saved if one.finite]
    assert rule.kept(finite) <= rule.kept(saved)


@given(RUNS, RULES)
def test_what_is_marked_is_kept_and_nothing_that_is_not_there(saved, rule):
    kept = rule.kept(saved)
    assert {one.serial for one in saved if one.pinned} <= kept
    assert kept <= {one.serial for one in saved}
    assert rule.kept([]) == set()


@given(RUNS, RULES, st.randoms())
def test_the_order_in_which_they_are_listed_does_not_matter(saved, rule, random):
    mixed = random.sample(saved, len(saved))
    assert rule.kept(mixed) == rule.kept(saved)


@given(RUNS, RULES)
def test_a_rule_more_drops_nothing_that_was_kept(saved, rule):
    plain = Retention(rule.last, rule.best, rule.monitor, rule.mode)
    assert plain.kept(saved) <= rule.kept(saved)


@given(st.integers(1, 30), st.integers(1, 10), st.integers(1, 20))
def test_milestones_are_the_first_at_or_after_each_multiple(saves, between, every):
    saved = [Saved(n, updates=n * between) for n in range(1, saves + 1)]
    kept = Retention(best=0, every_updates=every).kept(saved)
    last = saved[-1].updates
    multiples = range(every, last + 1, every)
    expected = {-(-multiple // between) for multiple in multiples} | {saves}
    if every < between:  # a save lies at or after several multiples
        assert kept == set(range(1, saves + 1))
    else:
        assert kept == expected


def test_an_epochs_end_is_its_milestone_and_not_what_follows_in_the_next():
    saved = [Saved(n, updates=n, epochs=n // 5) for n in range(1, 23)]
    assert Retention(best=0, every_epochs=2).kept(saved) == {10, 20, 22}


def test_of_equals_the_older_is_the_better():
    saved = [Saved(n, {"val_loss": 1.0}) for n in (1, 2, 3)]
    assert Retention().kept(saved) == {1, 3}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"last": 0}, "keep_last must be >= 1, got 0"),
        ({"best": -1}, "keep_best must be >= 0, got -1"),
        ({"mode": "least"}, "mode must be one of min, max"),
        ({"every_updates": 0}, "keep_every_updates must be >= 1, got 0"),
        ({"every_epochs": 0.5}, "keep_every_epochs must be a whole number, got 0.5"),
    ],
)
def test_bad_rules_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Retention(**options)
