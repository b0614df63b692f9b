"""Several processes save one state and read it: equal, bit for bit, in any number."""

import json
import random
import shutil
from pathlib import Path

import pytest

from lehr.training import CheckpointStore
from lehr.training.checkpoint import catalog, read_checkpoint
from lehr.training.checkpoint.verification import problems_of
from training.checkpoint.shards.fleet import Fleet

KILLS = 3
FIRST, SECOND = "update-000000000001", "update-000000000002"


@pytest.fixture(scope="module")
def fleet():
    with Fleet() as fleet:
        yield fleet


@pytest.fixture(scope="module")
def pair(fleet, tmp_path_factory):
    """What two ranks saved, and what they printed, by scene."""
    folder = tmp_path_factory.mktemp("pair")
    scenes = [
        ("save", folder / "at-once"),
        ("save", folder / "beside", True),
        ("plain", folder / "beside", FIRST),
        ("refused", folder / "refused"),
        ("nowhere", folder / "nowhere"),
        ("disagree", folder / "at-once", FIRST),
    ]
    told = fleet.run(2, *scenes)
    names = [f"{Path(scene[1]).name}-{scene[0]}" for scene in scenes]
    return folder, dict(zip(names, told, strict=True))


def test_what_two_ranks_save_one_process_reads(pair):
    folder, _ = pair
    for way in ("at-once", "beside"):
        expected = read_checkpoint(folder / way / "whole")
        state = read_checkpoint(folder / way / FIRST)
        assert repr(state) == repr(expected)
        weights = state["model"]
        assert weights["embedding.weight"].equal(weights["head.weight"])
        assert weights["norm.num_batches_tracked"] == 3
        assert str(weights["brief.weight"].dtype) == "torch.bfloat16"
        assert weights.keys() == expected["model"].keys()
        assert all(weights[name].equal(expected["model"][name]) for name in weights)
        moments = state["state"]["optimizer"]["state"]
        others = expected["state"]["optimizer"]["state"]
        assert moments[0]["step"].shape == ()
        for number, one in moments.items():
            assert all(one[name].equal(others[number][name]) for name in one)


def test_each_rank_has_a_file_and_the_whole_is_a_checkpoint_like_any(pair):
    folder, _ = pair
    path = folder / "at-once" / FIRST
    names = {file.name for file in path.iterdir()}
    assert {f"shard-0000{rank}-of-00002.safetensors" for rank in (0, 1)} < names
    assert problems_of(path) == []
    assert json.loads((path / "manifest.json").read_text())["format"] == 3
    entry = CheckpointStore(path.parent).entries()[0]
    assert (entry.finite, entry.metrics) == (True, {"val_loss": 0.5})
    one_process = read_checkpoint(folder / "at-once" / "whole")
    assert read_checkpoint(path).keys() == one_process.keys()


def test_two_three_and_one_rank_go_on_from_one_another(fleet, pair, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(pair[0] / "beside", folder)
    [three] = fleet.run(3, ("resume", folder, FIRST, "three"))
    [one], [again] = fleet.run(
        1,
        ("resume", folder, "three", "one"),
        ("resume", folder, "whole", "from-whole"),
    )
    # The same update on the same data: only sums are in another order.
    assert [float(x) for x in (*three, again)] == pytest.approx([float(one)] * 4)
    assert len(list((folder / "three").glob("shard-*-of-00003.safetensors"))) == 3
    for name in ("three", "one", "from-whole"):
        assert problems_of(folder / name) == []


def test_any_spread_is_read_into_any_other(fleet, tmp_path):
    fleet.run(4, ("placements", tmp_path))


def test_a_disk_that_refuses_one_rank_is_an_error_on_all_and_the_next_save_works(pair):
    folder, told = pair
    first, other = told["refused-refused"]
    assert "rank 1 could not write" in first
    assert "File exists" in first
    assert "File exists" in other
    assert [path.name for path in catalog.folders(folder / "refused")] == [SECOND]
    assert not list((folder / "refused").glob(".stage-*"))


def test_a_folder_that_a_rank_does_not_see_is_an_error_on_all(pair):
    folder, told = pair
    for output in told["nowhere-nowhere"]:
        gone, unseen = output.splitlines()
        assert "No such file or directory" in gone
        assert "ranks [1] do not see the folder of rank 0" in unseen
    assert not list((folder / "nowhere").rglob(".stage-*"))


def test_what_one_rank_finds_wrong_all_ranks_raise(pair):
    first, other = pair[1]["at-once-disagree"]
    assert first == other
    assert first.startswith("CheckpointCorruptError")
    assert "has changed: its SHA-256 is another" in first


def test_kills_at_random_times_lose_nothing_that_was_durable(fleet, tmp_path):
    chance = random.Random(1)
    for number in range(KILLS):
        store, who = CheckpointStore(tmp_path / str(number)), number % 2
        saves = chance.uniform(0, 1)
        ends = fleet.ends(2, ("until_killed", store.folder, who, saves))
        assert [ends[who][0], ends[1 - who][0]] == [-9, 0], ends
        durable = int(ends[1 - who][1].split()[0])
        found = catalog.folders(store.folder)
        assert not any(map(problems_of, found))
        store.sweep()
        newest, state = store.newest()
        assert (state["model"]["w"] == newest.updates).all()
        assert durable <= newest.updates <= durable + 1


@pytest.mark.parametrize(
    ("who", "when", "says"),
    [
        (1, "half", "rank 1 did not write their shards within 1.5 s"),
        (0, "half", "rank 0 has not committed it within 1.5 s"),
    ],
)
def test_a_rank_that_is_killed_leaves_no_checkpoint(fleet, tmp_path, who, when, says):
    ends = fleet.ends(2, ("killed", tmp_path / "run", who, when))
    assert ends[who][0] == -9
    assert says in ends[1 - who][1], ends
    store = CheckpointStore(tmp_path / "run")
    assert [path.name for path in catalog.folders(store.folder)] == [FIRST]
    assert problems_of(store.folder / FIRST) == []
    assert store.newest()[1]["model"]["w"].sum() == 64 * 8
    store.sweep()
    assert not list(store.folder.glob(".stage-*"))
