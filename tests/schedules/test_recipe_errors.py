"""What recipes refuse: the argument, the rule, the value and the way out."""

from math import inf, nan

import pytest

from lehr import (
    inverse_sqrt,
    multi_step,
    noam,
    one_cycle,
    warm_restarts,
    warmup_constant,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)
from lehr.schedules import power_of_tokens


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: warmup_cosine(1.0, warmup=10_000, total=5_000),
            ValueError,
            r"warmup \(10000\) exceeds total \(5000\) updates; shorten warmup, or pass",
        ),
        (
            lambda: warmup_stable_decay(1.0, warmup=30, decay=80, total=100),
            ValueError,
            r"warmup \(30\) \+ decay \(80\) exceeds total \(100\) .* warmup or decay",
        ),
        (
            lambda: inverse_sqrt(1.0, warmup=30, cooldown=80, total=100),
            ValueError,
            r"warmup \(30\) \+ cooldown \(80\) exceeds total \(100\)",
        ),
        (
            lambda: warmup_cosine(1.0, warmup=0.1, total=100),
            ValueError,
            r"warmup must be a whole .* got 0.1; .*warmup=round\(0.1 \* total\)",
        ),
        (
            lambda: warmup_cosine(1.0, warmup="10%", total=100),
            TypeError,
            "warmup must be a number, got '10%'",
        ),
        (
            lambda: warmup_cosine(1.0, warmup=True, total=100),
            TypeError,
            "warmup must be a number, got True",
        ),
        (
            lambda: warmup_cosine(1.0, warmup=1, total=None),
            TypeError,
            "total must be a number, got None",
        ),
        (
            lambda: warmup_linear(1.0, warmup=-1, total=100),
            ValueError,
            "warmup must be >= 0, got -1",
        ),
        (
            lambda: warmup_linear(1.0, warmup=2.5, total=100),
            ValueError,
            "warmup must be a whole number, got 2.5",
        ),
        (
            lambda: warmup_linear(1.0, warmup=2, total=inf),
            ValueError,
            "total must be a whole number, got inf",
        ),
        (
            lambda: warmup_cosine(nan, warmup=1, total=100),
            ValueError,
            "peak must be finite, got nan",
        ),
        (
            lambda: warmup_cosine("1e-3", warmup=1, total=100),
            TypeError,
            "peak must be a number, got '1e-3'",
        ),
        (
            lambda: warmup_linear(1.0, warmup=1, total=100, floor=inf),
            ValueError,
            "floor must be finite, got inf",
        ),
        (
            lambda: warmup_constant(1.0, warmup=1, start=nan),
            ValueError,
            "start must be finite, got nan",
        ),
        (
            lambda: warmup_stable_decay(1.0, warmup=1, decay=5),
            ValueError,
            "exactly one of stable and total, got stable=None, total=None",
        ),
        (
            lambda: warmup_stable_decay(1.0, warmup=1, decay=5, stable=1, total=7),
            ValueError,
            "exactly one of stable and total, got stable=1, total=7",
        ),
        (
            lambda: warmup_stable_decay(
                1.0, warmup=1, decay=5, stable=1, shape="1-sqr"
            ),
            ValueError,
            "shape must be one of .*got '1-sqr'; did you mean '1-sqrt'",
        ),
        (
            lambda: warmup_stable_decay(1.0, warmup=1, decay=5, stable=1, shape=3),
            TypeError,
            "shape must be a name or a function, got 3",
        ),
        (
            lambda: warmup_stable_decay(1.0, warmup=1, decay=5, stable=1, shape=max),
            TypeError,
            "shape must give a schedule, got 5",
        ),
        (
            lambda: warmup_stable_decay(
                1.0, warmup=1, decay=5, stable=1, shape="exponential"
            ),
            ValueError,
            "of one sign and not 0 .*end=0.0; end at a small value instead",
        ),
        (
            lambda: one_cycle(1.0, total=10, warmup_fraction=30),
            ValueError,
            r"warmup_fraction must be in \[0, 1\], got 30",
        ),
        (
            lambda: one_cycle(1.0, total=10, phases=4),
            ValueError,
            "phases must be 2 or 3, got 4",
        ),
        (
            lambda: one_cycle(1.0, total=10, phases=3, warmup_fraction=0.6),
            ValueError,
            "warmup_fraction must be <= 0.5 with 3 phases, got 0.6",
        ),
        (
            lambda: warm_restarts(1.0, period=0),
            ValueError,
            "period must be >= 1, got 0",
        ),
        (
            lambda: warm_restarts(1.0, period=5, decay=-1),
            ValueError,
            "decay must be >= 0, got -1",
        ),
        (
            lambda: noam(0, warmup=10),
            ValueError,
            "dimension must be >= 1, got 0",
        ),
        (lambda: noam(8, warmup=0), ValueError, "warmup must be >= 1, got 0"),
        (
            lambda: noam(8, warmup=1, factor=nan),
            ValueError,
            "factor must be finite, got nan",
        ),
        (
            lambda: inverse_sqrt(1.0, warmup=0),
            ValueError,
            "timescale must be given when warmup is 0",
        ),
        (
            lambda: inverse_sqrt(1.0, warmup=1, cooldown=5),
            ValueError,
            "cooldown=5 needs total",
        ),
        (
            lambda: power_of_tokens(0.1, scale=1.0, exponent=0.5),
            ValueError,
            "exponent must be < 0, got 0.5",
        ),
        (
            lambda: multi_step(1.0, factor=0.5, milestones=(60, 30)),
            ValueError,
            "milestones must increase, got 60 before 30",
        ),
        (
            lambda: multi_step(1.0, factor=0.5, milestones=(0, 30)),
            ValueError,
            r"milestones\[0\] must be > 0 and finite, got 0",
        ),
    ],
)
def test_names_the_argument_it_refuses(build, error, message):
    with pytest.raises(error, match=message):
        build()
