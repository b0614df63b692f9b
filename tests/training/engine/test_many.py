"""The same run in one process and in several, by DDP and FSDP2."""

import pytest
import torch

from training.engine.catalog import SCENARIOS
from training.engine.launch import in_ranks

KINDS = ("ddp", "fsdp")
SAME = (
    "tokens",
    "any_iterable",
    "stop_on_one",
    "stop_between_epochs",
    "signal_on_one",
    "nan_on_one",
    "skip_on_one",
    "back_on_one",
    "half",
    "seen",
    "averaged",
)
EXACT = (
    "in_one_go",
    "in_two_parts",
    "shuffled_in_one_go",
    "shuffled_in_parts",
    "buffers",
    "files",
)
AT_FOUR = ("ddp:tokens", "fsdp:tokens", "ddp:any_iterable", "fsdp:by_mesh")


@pytest.fixture(scope="module")
def of_one(tmp_path_factory):
    """The results in this process, computed when asked for."""
    folder, known = tmp_path_factory.mktemp("one"), {}

    def result(name):
        if name not in known:
            random = torch.get_rng_state()
            known[name] = SCENARIOS[name](None, folder / name)
            torch.set_rng_state(random)
        return known[name]

    return result


@pytest.fixture(scope="module")
def of_two(tmp_path_factory):
    jobs = [f"{kind}:{name}" for kind in KINDS for name in SAME + EXACT]
    jobs.append("ddp:slow_start")
    return in_ranks(tmp_path_factory.mktemp("two"), 2, jobs)


@pytest.fixture(scope="module")
def of_four(tmp_path_factory):
    return in_ranks(tmp_path_factory.mktemp("four"), 4, AT_FOUR)


def require_close(found, wanted, tolerance=1e-5):
    """Numbers up to the order of sums; everything else is equal, but for the bits."""
    assert found.keys() == wanted.keys()
    for name in found.keys() - {"bits", "scales"}:
        if isinstance(wanted[name], float | list):
            assert flat(found[name]) == pytest.approx(
                flat(wanted[name]), rel=tolerance, abs=tolerance
            ), name
        else:
            assert found[name] == wanted[name], name


def flat(value):
    if isinstance(value, list):
        return [one for part in value for one in flat(part)]
    return [-1.0 if value is None else value]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [n for n in SAME if n != "signal_on_one"])
def test_two_processes_do_what_one_does(of_one, of_two, kind, name):
    require_close(of_two[0][f"{kind}:{name}"], of_one(name))


@pytest.mark.parametrize("job", AT_FOUR)
def test_four_processes_do_what_one_does(of_one, of_four, job):
    require_close(of_four[0][job], of_one(job.partition(":")[2]))


def test_all_ranks_come_to_the_same(of_two, of_four):
    for ranks in (of_two, of_four):
        assert all(rank == ranks[0] for rank in ranks)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parts", ["in_two_parts", "shuffled_in_parts"])
def test_a_run_in_parts_is_one_in_one_go_to_the_bit(of_two, kind, parts):
    whole = {
        "in_two_parts": "in_one_go",
        "shuffled_in_parts": "shuffled_in_one_go",
    }[parts]
    assert of_two[0][f"{kind}:{parts}"] == of_two[0][f"{kind}:{whole}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_to_one_rank_stops_all_after_the_same_update(of_two, kind):
    for rank in of_two:
        found = rank[f"{kind}:signal_on_one"]
        assert (found["updates"], found["code"], found["signal"]) == (3, 143, 15)
        assert found["checkpoints"] == ["update-000000000003"]


@pytest.mark.parametrize("kind", KINDS)
def test_running_means_are_those_of_rank_0_on_all_ranks(of_two, kind):
    assert of_two[0][f"{kind}:buffers"]["alike"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_overflow_on_one_rank_lowers_the_scale_of_all(of_two, kind):
    found = of_two[0][f"{kind}:half"]
    assert found["skipped"] == 2
    assert found["scales"] == [found["scale"]] * 2


def test_a_run_whose_weights_are_spread_is_saved_and_goes_on_so(of_two):
    found = of_two[0]["fsdp:files"]
    assert found["whole tensors"] == 0
    assert found["kinds"] == ["DTensor"]
    shards = [f"shard-0000{rank}-of-00002.safetensors" for rank in range(2)]
    assert [one for one in found["names"] if one.startswith("shard")] == shards
    assert len(set(found["bits"])) == 1


def test_ddp_saves_what_one_process_would(of_two):
    found = of_two[0]["ddp:files"]
    assert not any(name.startswith("shard") for name in found["names"])
    assert len(set(found["bits"])) == 1


def test_a_rank_that_compiles_for_long_is_not_taken_for_a_dead_one(of_two):
    assert of_two[0]["ddp:slow_start"]["updates"] == 3
