"""A rank that dies, hangs or fails ends the run of all, which goes on by itself."""

import json
import os

import pytest

from lehr.training import CheckpointStore
from training.engine.launch import HERE, torchrun

LAUNCHES = int(os.environ.get("LEHR_SOAK_LAUNCHES", "1"))
"""Each of three kills; seven are 21."""


def start(folder, what, seed=0, kind="ddp", **options):
    return torchrun(HERE / "faulty.py", folder, what, seed, kind, **options)


KINDS = ["ddp", "fsdp"] if LAUNCHES > 1 else ["ddp"]


@pytest.fixture(scope="module", params=KINDS)
def undisturbed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = start(folder, "nothing", kind=request.param)
    assert done.code == 0, done.output
    return request.param, json.loads((folder / "rank-0.json").read_text())


@pytest.mark.parametrize("seed", range(LAUNCHES))
def test_a_run_goes_on_by_itself_after_each_of_three_kills(undisturbed, tmp_path, seed):
    kind, wanted = undisturbed
    done = start(tmp_path, "kill", seed, kind, restarts=3)
    assert done.code == 0, done.output
    assert done.output.count("does not answer: dead, or hanging") == 3
    for rank in range(2):
        assert json.loads((tmp_path / f"rank-{rank}.json").read_text()) == wanted


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("hang", "rank 1 does not answer: dead, or hanging"),
        ("fail", "rank 1 failed (KeyError: 'no such sample')"),
    ],
)
def test_a_rank_that_hangs_or_fails_is_named(tmp_path, what, told):
    done = start(tmp_path, what, seed=1, kind="fsdp")
    assert done.code != 0
    assert f"RankLostError: {told}" in done.output
    assert done.seconds < 60  # torch's own patience is half an hour
    store = CheckpointStore(tmp_path / "checkpoints")
    assert store.is_empty or store.newest()[0].manifest.updates % 2 == 0
