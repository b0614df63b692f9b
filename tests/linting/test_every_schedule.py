"""Whatever a schedule is made of, in a run of any length, it can be looked at."""

import pytest
from examples import EXAMPLES

import lehr
from lehr.linting.base import Optimizer, Subject

PLANS = (
    None,
    lehr.Plan(dataset_size=1000, batch_size=8, accumulation=3, world_size=2, epochs=7),
    lehr.Plan(batch_size=8, updates=10**9),
)
ADAMW = Optimizer("adamw", {"beta2": 0.99})


@pytest.mark.parametrize("plan", PLANS, ids=["none", "epochs", "long"])
def test_every_schedule_is_looked_at_whatever_the_run(plan):
    for schedule in EXAMPLES:
        fields = {"lr": schedule, "weight_decay": schedule}
        for finding in lehr.lint(Subject(fields, plan, ADAMW)):
            assert len(finding.message) <= 160
            assert "nan" not in finding.message and "inf" not in finding.message
            assert finding.step is None or type(finding.step) is int
