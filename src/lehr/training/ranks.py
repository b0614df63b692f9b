"""What each rank of a run has of its own: its random states, its place in its data."""

import hashlib
from collections.abc import Mapping
from typing import Any

from lehr.training import rng
from lehr.training.engine import Engine

State = dict[str, Any]


def seed_of(seed: int, rank: int, updates: int = 0) -> int:
    """Return what a rank seeds its random generators with.

    Rank 0 takes the seed itself, as one process does. Another takes the first 63 bits
    of SHA-256 of "<seed> <rank> <updates>", where `updates` are those that were done
    when it joined the run.

    >>> seed_of(7, rank=0), seed_of(7, rank=1) == seed_of(7, rank=2)
    (7, False)
    """
    if rank == 0 and updates == 0:
        return seed
    text = f"{seed} {rank} {updates}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


def with_all(state: State, engine: Engine) -> State:
    """Return the state of a run, with what each other rank has of its own.

    That of rank 0 stands where one process has its own.
    """
    rest = state["state"]
    own = {"data": rest["data"], "random": rest["random"]}
    return {**state, "state": {**rest, "ranks": engine.gather(own)[1:]}}


def place_and_random(
    state: Mapping[str, Any], engine: Engine, seed: int
) -> tuple[Any, Mapping[str, Any]]:
    """Return where this rank goes on in its data, and with which random states.

    In as many processes as before, each rank goes on as it was. Else the place is that
    of rank 0, which holds for any number of them where the data are lehr's or were cut;
    a rank that was not there before has random states of its own, by `seed_of`.
    """
    others = state.get("ranks", [])
    place, random = state["data"], state["random"]
    if engine.rank and len(others) + 1 == engine.world_size:
        place = others[engine.rank - 1]["data"]
    if engine.alone:
        # One stream of random numbers is left: the one that the data are drawn from.
        shared = None if place is None else place.get("shared")
        return place, random if shared is None else shared
    if place is not None and place.get("shared") is None:
        place = {**place, "shared": random}
    if 0 < engine.rank <= len(others):
        random = others[engine.rank - 1]["random"]
    elif engine.rank:
        with rng.preserved():
            rng.seed_all(seed_of(seed, engine.rank, state["done"]["updates"]))
            random = rng.capture()
    return place, random
