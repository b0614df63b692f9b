"""All random states go back to where they were."""

import random

import numpy as np
import torch

from lehr.training import rng
from lehr.training.checkpoint.codec import decode, encode


def draws():
    normal = random.gauss(0, 1), np.random.standard_normal()  # one of a pair is kept
    return [
        *normal,
        random.random(),
        torch.rand(3).tolist(),
        np.random.rand(2).tolist(),
    ]


def test_what_was_captured_is_drawn_again():
    draws()
    state = rng.capture()
    first = draws()
    assert draws() != first
    rng.restore(state)
    assert draws() == first


def test_the_state_survives_a_checkpoint():
    random.gauss(0, 1)
    data, tensors = encode(rng.capture())
    first = draws()
    rng.restore(decode(data, tensors))
    assert draws() == first


def test_a_seed_is_a_whole_beginning():
    rng.seed_all(5)
    first = draws()
    rng.seed_all(5)
    assert draws() == first


def test_what_is_preserved_is_so_after_an_error():
    before = rng.capture()
    try:
        with rng.preserved():
            draws()
            raise KeyError
    except KeyError:
        pass
    after = draws()
    rng.restore(before)
    assert draws() == after
