"""Marks: where a warmup ends, where a rate drops, and when there are too many."""

import pytest

from lehr import Chain, Constant, Cosine, Linear, Repeat, Step, warmup_cosine
from lehr.plotting.lr_marks import marks

STAIRS = Chain((Constant(1.0, 10), Constant(0.5, 10), Constant(0.1)))


@pytest.mark.parametrize(
    ("schedule", "total", "steps"),
    [
        (warmup_cosine(1.0, warmup=100, total=1_000), 1_000, [100]),
        (warmup_cosine(1.0, warmup=100, total=1_000), 100, []),  # ends with the run
        (Cosine(1.0, 0.0, 100), 100, []),
        (Constant(1.0), 100, []),
        (Linear(0.0, 1.0, 10).then(Constant(1.0, 90)), 100, [10]),
        # The peak of one step before a decay belongs to the warmup.
        (Chain((Linear(0.1, 1.0, 9), Constant(1.0, 1), Cosine(1, 0, 90))), 100, [10]),
        (STAIRS, 100, [10, 20]),
        (STAIRS, 20, [10]),  # step 20 is not one of this run
        (Step(1.0, factor=0.5, every=25), 100, [25, 50, 75]),  # endless
        (Step(1.0, factor=0.5, every=2.5), 10, [3, 5, 8]),
        (Repeat(Linear(1.0, 0.0, 10), count=3), 30, []),  # up again is no drop
        (Repeat(Linear(0.0, 1.0, 10), count=3), 30, [10, 20]),
        (Step(1.0, factor=0.9, every=1), 100, []),  # too many to read
    ],
)
def test_the_end_of_a_warmup_and_each_drop_are_marked(schedule, total, steps):
    assert list(marks(schedule, total)) == steps


def test_where_a_warmup_ends_in_a_drop_the_drop_is_named():
    saw = Repeat(Linear(0.0, 1.0, 10), count=2)
    assert marks(saw, 20) == {10: "step 10: 0"}
