"""Two processes with a wrapped model: each rank applies the schedule, and resumes."""

from pathlib import Path

import pytest

from bindings.forked import two_ranks
from lehr import Linear, warmup_cosine

RATE, BETA = warmup_cosine(1e-2, warmup=3, total=20), Linear(0.8, 0.9, 20)
WORKER = Path(__file__).with_name("wrapped_worker.py")


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What both ranks have noted."""
    return two_ranks(WORKER, tmp_path_factory.mktemp("wrapped"))


@pytest.mark.parametrize("case", ["ddp", "ddp, tensor", "fsdp", "fsdp, tensor"])
def test_all_ranks_apply_the_schedule_through_a_resume(ranks, case):
    expected = [[RATE(t), BETA(t)] for t in range(16)]
    for rank in ranks:
        assert rank[case]["whole"] == expected
        assert rank[case]["resumed"] == expected
        assert rank[case]["same"]
