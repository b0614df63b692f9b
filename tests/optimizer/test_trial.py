"""What an optimizer's class refuses: in its own words, on the argument to blame."""

import pytest
import torch

from lehr.optimizer.trial import message_of


class Fussy(torch.optim.SGD):
    def __init__(self, params, error):
        raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("lr is\n too  large"), "lr is too large"),
        (ValueError(), "ValueError"),
        (KeyError("lr"), "KeyError: 'lr'"),
        (AssertionError(), "AssertionError"),
    ],
    ids=repr,
)
def test_the_words_of_a_refusal_are_passed_on_one_line(error, words):
    assert message_of(Fussy, {"error": error}) == words


def test_what_is_taken_says_nothing():
    assert message_of(torch.optim.SGD, {"lr": 0.1}) is None
