"""What each rank goes on with, in as many processes as before or in others."""

import pytest
import torch

from lehr.training import Engine, rng
from lehr.training.ranks import place_and_random, seed_of, with_all


class Rank(Engine):
    """One of several, as far as its number goes."""

    def __init__(self, rank, world_size):
        self.rank, self.world_size = rank, world_size


def place(batches):
    return {"batches": batches, "loader": None}


@pytest.fixture
def states():
    found = []
    for seed in range(3):
        with rng.preserved():
            rng.seed_all(seed)
            found.append(rng.capture())
    return found


def first(random):
    with rng.preserved():
        rng.restore(random)
        return torch.rand(1).item()


def saved(states, shared=None):
    own = place(5) if shared is None else place(5) | {"shared": shared}
    ranks = [{"data": place(6), "random": states[1]}]
    done = {"updates": 9}
    return {"data": own, "random": states[0], "ranks": ranks, "done": done}


def test_the_seeds_of_ranks_differ_and_that_of_rank_0_is_the_seed():
    seeds = [seed_of(3, rank) for rank in range(4)]
    assert seeds[0] == 3 and len(set(seeds)) == 4
    assert seed_of(3, 1, updates=9) != seeds[1]
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_in_as_many_processes_each_rank_goes_on_as_it_was(states):
    for rank, batches in ((0, 5), (1, 6)):
        data, random = place_and_random(saved(states), Rank(rank, 2), 0)
        assert data["batches"] == batches
        assert first(random) == first(states[rank])


def test_a_rank_that_is_new_has_random_states_of_its_own(states):
    data, random = place_and_random(saved(states), Rank(2, 3), 7)
    assert data["batches"] == 5
    with rng.preserved():
        rng.seed_all(seed_of(7, 2, updates=9))
        assert first(random) == torch.rand(1).item()


def test_one_process_goes_on_with_the_random_numbers_of_the_data(states):
    data, random = place_and_random(saved(states, states[2]), Engine(), 0)
    assert data["batches"] == 5
    assert first(random) == first(states[2])
    _, random = place_and_random(saved(states), Engine(), 0)
    assert first(random) == first(states[0])


def test_data_of_one_process_are_drawn_on_by_its_random_numbers(states):
    alone = saved(states)
    del alone["ranks"]
    data, _ = place_and_random(alone, Rank(1, 2), 0)
    assert first(data["shared"]) == first(states[0])


def test_what_the_other_ranks_have_is_saved_beside_the_whole(states):
    class Two(Rank):
        def gather(self, value):
            return [value, {"data": place(6), "random": states[1]}]

    own = {"data": place(5), "random": states[0]}
    state = with_all({"model": {}, "state": own}, Two(0, 2))
    assert [one["data"]["batches"] for one in state["state"]["ranks"]] == [6]
