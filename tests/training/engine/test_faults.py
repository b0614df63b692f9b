"""A rank that dies, hangs or fails ends the run of all, which goes on by itself."""

import json
import os

import pytest

from lehr.training import CheckpointStore
from training.engine.launch import HERE, torchrun

LAUNCHES = int(os.environ.get("LEHR_SOAK_LAUNCHES", "0"))
"""Of a soak: each of twenty kills, by DDP and by FSDP2."""
KILLS = 20 if LAUNCHES else 3
KINDS = ["ddp", "fsdp"] if LAUNCHES else ["ddp"]
MOMENTS = 6
"""Of a save, as faulty.py has them."""


def start(folder, what, seed=0, kind="ddp", times=1, **options):
    options |= {"restarts": times if what in ("kill", "save") else 0}
    options |= {"seconds": 120 + 30 * times}
    return torchrun(HERE / "faulty.py", folder, what, seed, kind, times, **options)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What comes of a run in which nothing happens, computed when asked for."""
    known = {}

    def result(kind):
        if kind not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            done = start(folder, "nothing", kind=kind)
            assert done.code == 0, done.output
            known[kind] = json.loads((folder / "rank-0.json").read_text())
        return known[kind]

    return result


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(max(1, LAUNCHES)))
def test_a_run_goes_on_by_itself_after_each_of_its_kills(
    undisturbed, tmp_path, seed, kind
):
    wanted = undisturbed(kind)
    done = start(tmp_path, "kill", seed, kind, KILLS)
    assert done.code == 0, done.output
    assert done.output.count("does not answer: dead, or hanging") == KILLS
    for rank in range(2):
        assert json.loads((tmp_path / f"rank-{rank}.json").read_text()) == wanted


@pytest.mark.parametrize("seed", range(max(1, LAUNCHES)))
def test_a_rank_that_is_killed_in_a_save_of_all_leaves_nothing_broken(
    undisturbed, tmp_path, seed
):
    wanted = undisturbed("fsdp")
    done = start(tmp_path, "save", seed, "fsdp", MOMENTS)
    assert done.code == 0, done.output
    for rank in range(2):
        assert json.loads((tmp_path / f"rank-{rank}.json").read_text()) == wanted
    left = [one.name for one in (tmp_path / "checkpoints").iterdir()]
    assert sorted(left) == ["run.json", "update-000000000020"]


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
    assert done.seconds < 120  # torch's own patience is half an hour
    store = CheckpointStore(tmp_path / "checkpoints")
    assert store.is_empty or store.newest()[0].manifest.updates % 2 == 0
