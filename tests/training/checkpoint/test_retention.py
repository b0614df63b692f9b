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


METRICS = st.one_of(
    st.just({}),
    st.floats().map(lambda value: {"val_loss": value}),
)
RUNS = st.lists(METRICS, min_size=1, max_size=12).map(
    lambda metrics: [Saved(serial, one) for serial, one in enumerate(metrics, 1)]
)
RULES = st.builds(
    Retention,
    last=st.integers(1, 4),
    best=st.integers(0, 4),
    mode=st.sampled_from(["min", "max"]),
)


@given(RUNS, RULES)
def test_the_newest_and_the_best_are_kept_and_no_more_than_asked_for(saved, rule):
    kept = rule.kept(saved)
    assert saved[-1].serial in kept
    assert len(kept) <= rule.last + rule.best
    finite = {
        one.serial: one.metrics["val_loss"]
        for one in saved
        if math.isfinite(one.metrics.get("val_loss", math.nan))
    }
    if finite and rule.best:
        best = (min if rule.mode == "min" else max)(finite.values())
        assert best in {finite.get(serial) for serial in kept}


@given(RUNS, RULES)
def test_dropping_as_one_goes_keeps_what_dropping_at_the_end_does(saved, rule):
    alive = []
    for one in saved:
        alive.append(one)
        kept = rule.kept(alive)
        alive = [other for other in alive if other.serial in kept]
    assert {one.serial for one in alive} == rule.kept(saved)


def test_of_equals_the_older_is_the_better():
    saved = [Saved(n, {"val_loss": 1.0}) for n in (1, 2, 3)]
    assert Retention().kept(saved) == {1, 3}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"last": 0}, "keep_last must be >= 1, got 0"),
        ({"best": -1}, "keep_best must be >= 0, got -1"),
        ({"mode": "least"}, "mode must be one of min, max"),
    ],
)
def test_bad_rules_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Retention(**options)
