"""In two processes all ranks see one curve: that of both halves of each batch."""

import pytest

from bindings import forked
from lehr.rate_finder import find_rate
from rate_finder import two_ranks


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    return forked.two_ranks(two_ranks.__file__, tmp_path_factory.mktemp("ranks"))


def test_all_ranks_see_the_same_to_the_bit_and_stop_at_the_same_update(ranks):
    assert ranks[0] == ranks[1]
    assert len(ranks[0]["losses"]) < two_ranks.SWEEP["updates"]


def test_the_curve_is_that_of_one_process_with_the_whole_batches(ranks):
    alone = find_rate(
        *two_ranks.model_and_optimizer(), two_ranks.batches(), **two_ranks.SWEEP
    )
    before_the_wall = len(alone.losses) - 8
    for form in ("losses", "trainer"):
        found = ranks[0][form]
        assert found[:before_the_wall] == pytest.approx(
            alone.losses[:before_the_wall], rel=1e-4
        )


def test_the_models_stay(ranks):
    assert ranks[0]["same"] and ranks[1]["same"]
