"""Chain: one after the other, each on its own clock."""

from math import inf

import pytest

from lehr import Chain, Clip, Constant, Cosine, InverseSqrt, Linear, Repeat, Sum

WSD = Chain((Linear(0.0, 1.0, 10), Linear(1.0, 1.0, 80), Linear(1.0, 0.0, 10)))


def test_a_joint_belongs_to_the_later_piece():
    jump = Chain((Constant(1.0, 5), Constant(0.5, 5), Constant(0.1)))
    assert [jump(t) for t in (4, 5, 9, 10, 10**9)] == [1.0, 0.5, 0.5, 0.1, 0.1]


def test_each_piece_starts_its_clock_at_its_own_first_update():
    tail = Cosine(1.0, 0.1, 50)
    chain = Linear(0.0, 1.0, 7).then(tail)
    assert [chain(7 + t) for t in range(60)] == [tail(t) for t in range(60)]


def test_is_transformers_wsd_where_the_warmup_begins_at_the_floor():
    # HF WSD w3 s3 d4 min .1 linear
    chain = Chain((Linear(0.1, 1.0, 3), Constant(1.0, 3), Linear(1.0, 0.1, 4)))
    assert [chain(t) for t in range(13)] == pytest.approx(
        [0.1, 0.4, 0.7, 1, 1, 1, 1, 0.775, 0.55, 0.325, 0.1, 0.1, 0.1]
    )


def test_a_chain_in_a_chain_changes_nothing():
    a, b, c = Linear(0.0, 1.0, 3), Constant(1.0, 4), Cosine(1.0, 0.0, 5)
    assert Chain((Chain((a, b)), c)) == Chain((a, Chain((b, c)))) == Chain((a, b, c))


def test_pieces_of_length_0_vanish():
    empty = Linear(5.0, 6.0, 0)
    assert Chain((empty, WSD, empty)) == WSD
    assert Chain((empty, Cosine(1.0, 0.5, 0))).pieces == (Cosine(1.0, 0.5, 0),)
    assert Chain((empty, Cosine(1.0, 0.5, 0)))(3) == 0.5


@pytest.mark.parametrize(
    "level",
    [
        Constant(0.2),
        2 * Constant(0.1),
        Clip(Constant(7.0), high=0.2),
        Sum((Constant(0.1), 0.1)),
    ],
    ids=repr,
)
def test_a_constant_at_the_end_is_what_the_chain_holds(level):
    chain = Linear(0.0, 1.0, 10).then(level)
    assert chain.steps == 10
    assert [chain(t) for t in (9, 10, 99)] == pytest.approx([0.9, 0.2, 0.2])
    assert chain.minimum == 0.0
    assert not chain.is_continuous
    # Something after it makes it a piece of length 0, and those vanish.
    assert Chain((chain, Linear(1.0, 0.5, 5))).pieces == (
        Linear(0.0, 1.0, 10),
        Linear(1.0, 0.5, 5),
    )


def test_an_endless_piece_may_only_come_last():
    assert Linear(0.0, 1.0, 10).then(InverseSqrt(1.0, 10)).steps == inf
    message = r"pieces\[1\] never ends .*pieces\[2\] is never reached; cut it: pieces\["
    with pytest.raises(ValueError, match=message):
        Chain((Linear(0.0, 1.0, 1), InverseSqrt(1.0, 10), Constant(0.0)))
    cut = Chain((InverseSqrt(1.0, 10)[:30], Linear(0.5, 0.0, 10)))
    assert [cut(t) for t in (0, 30, 40)] == [1.0, 0.5, 0.0]


def test_knows_the_facts_of_its_pieces():
    assert WSD.breakpoints == (10, 90)
    assert [phase.name for phase in WSD.phases] == ["warmup", "stable", "decay"]
    assert WSD.area() == 5 + 80 + 5
    assert WSD.is_continuous
    assert [WSD.next_change(t) for t in (0, 10, 50, 90, 100)] == [1, 90, 90, 91, inf]
    assert WSD.first_step_below(0.5) == 0
    assert WSD[10:].first_step_below(0.5) == 86
    late = Chain((WSD, Repeat(Cosine(2.0, 1.0, 10))))
    assert late.maximum == 2.0


@pytest.mark.parametrize(
    ("pieces", "error", "message"),
    [
        ((), ValueError, r"pieces must hold at least one schedule, got \(\)"),
        (WSD, TypeError, r"pieces must be a tuple of schedules, got .*for one, write"),
        ((WSD, 0.5), TypeError, r"pieces\[1\] .* got 0.5; write Constant\(0.5\)"),
        ("linear", TypeError, "pieces must be a tuple of schedules, got 'linear'"),
    ],
)
def test_names_what_it_refuses(pieces, error, message):
    with pytest.raises(error, match=message):
        Chain(pieces)
