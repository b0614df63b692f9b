"""A share of a run that is known only by a recipe's own total."""

from lehr import Plan, warmup_cosine
from lehr.config import read_schedule


def test_a_share_without_a_plan_is_of_the_calls_own_total():
    text = "warmup_cosine(1, warmup=10%, total=1e5)"
    assert read_schedule(text) == warmup_cosine(1.0, warmup=10_000, total=100_000)
    plan = Plan(batch_size=1, updates=500)  # with one, it is of the run
    assert read_schedule(text, plan) == warmup_cosine(1.0, warmup=50, total=100_000)
