"""Two processes with a wrapped model: each rank applies the schedule, and resumes."""

import json
from pathlib import Path

import pytest

from lehr import Linear, warmup_cosine
from training.engine.launch import torchrun

RATE, BETA = warmup_cosine(1e-2, warmup=3, total=20), Linear(0.8, 0.9, 20)
WORKER = Path(__file__).with_name("wrapped_worker.py")


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What both ranks have noted."""
    folder = tmp_path_factory.mktemp("wrapped")
    done = torchrun(WORKER, folder, seconds=120)
    assert done.code == 0, done.output
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in (0, 1)]


@pytest.mark.parametrize("case", ["ddp", "ddp, tensor", "fsdp", "fsdp, tensor"])
def test_all_ranks_apply_the_schedule_through_a_resume(ranks, case):
    expected = [[RATE(t), BETA(t)] for t in range(16)]
    for rank in ranks:
        assert rank[case]["whole"] == expected
        assert rank[case]["resumed"] == expected
        assert rank[case]["same"]
