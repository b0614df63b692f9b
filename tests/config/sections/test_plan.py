"""The section `plan`: numbers as people write them, and what a plan refuses."""

import re

import pytest

from lehr import Plan, read_config
from lehr.config import ConfigError
from lehr.plan import BatchRamp

BASE = {"dataset_size": 1000, "batch_size": 10, "sequence_length": 4}


def plan_of(**plan):
    return read_config({"schedules": {"lr": 1}, "plan": plan}).plan


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({"tokens": "10k"}, {"tokens": 10_000}),
        ({"tokens": "10ktok"}, {"tokens": 10_000}),
        ({"updates": "2k"}, {"updates": 2000}),
        ({"samples": "5k samples"}, {"samples": 5000}),
        ({"epochs": "2.5ep"}, {"epochs": 2.5}),
        ({"epochs": 3}, {"epochs": 3}),
        ({"length": "3ep"}, {"length": "3ep"}),
        ({"length": 70}, {"updates": 70}),
    ],
)
def test_lengths_are_numbers_or_texts(given, same):
    assert plan_of(**BASE, **given) == Plan(**BASE, **same)


@pytest.mark.parametrize(
    ("ramp", "same"),
    [
        ({"sizes": [2, 4], "until": ["1k", 3000]}, BatchRamp((2, 4), (1000, 3000))),
        (
            {"sizes": [2], "until": ["1k samples"], "clock": "samples"},
            BatchRamp((2,), (1000,), "samples"),
        ),
        (
            {"start": 2, "end": 8, "increment": 2, "samples": "3k"},
            BatchRamp.linear(start=2, end=8, increment=2, samples=3000),
        ),
    ],
)
def test_a_ramp_has_two_forms(ramp, same):
    assert plan_of(batch_size=2, accumulation=4, updates=9, ramp=ramp).ramp == same


@pytest.mark.parametrize(
    ("plan", "path", "message"),
    [
        ({"tokens": "3ep"}, "plan.tokens", "in tokens, and '3ep' is in epochs"),
        ({"tokens": 1e10}, "plan.tokens", "got 10000000000.0; write 10000000000"),
        ({"updates": "5%"}, "plan.updates", "'5%' is in percent"),
        ({"updates": 0}, "plan.updates", "updates must be > 0 and finite, got 0"),
        ({"updates": "2 parsecs"}, "plan.updates", "unknown unit 'parsecs'"),
        ({"epochs": True}, "plan.epochs", "must be a number or a text, got True"),
        ({"length": "5%"}, "plan.length", "cannot be a percentage"),
        ({"length": 0.5}, "plan.length", "does not say of what"),
        ({"length": [1]}, "plan.length", "must be"),
        ({"updates": 3, "batch_size": 0}, "plan.batch_size", "must be >= 1, got 0"),
        ({"epochs": 10**400, "dataset_size": 9}, "plan", "too large"),
        ({"updates": 3, "ramp": {"sizes": [1], "until": [None]}}, "plan.ramp",
         "until must be a number, got None"),
        ({"updates": 3, "ramp": {}}, "plan.ramp", "got nothing"),
        ({"updates": 3, "ramp": {"sizes": [1]}}, "plan.ramp", "got sizes"),
        ({"updates": 3, "ramp": {"sizes": [1, -2], "until": [1, 2]}},
         "plan.ramp.sizes[1]", "sizes[1] must be >= 1, got -2"),
        ({"updates": 3, "ramp": {"sizes": [1], "until": ["3ep"]}},
         "plan.ramp.until[0]", "until is counted in samples, and '3ep'"),
        ({"updates": 3, "dataset_size": 5, "drop_last": True}, "plan.dataset_size",
         "fills no micro-batch"),
    ],
)  # fmt: skip
def test_refuses(plan, path, message):
    with pytest.raises(ConfigError) as caught:
        plan_of(**{"batch_size": 10, **plan})
    [problem] = caught.value.problems
    assert problem.path == path
    assert re.search(re.escape(message), problem.message), problem.message
