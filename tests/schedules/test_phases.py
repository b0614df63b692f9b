"""Phases: name, shape, span and values, for people to read."""

from itertools import pairwise

import pytest
from compositions import schedules
from hypothesis import given

from lehr import (
    Chain,
    Constant,
    Cosine,
    Linear,
    Phase,
    Repeat,
    Step,
    one_cycle,
    warmup_stable_decay,
)


def test_warmup_stable_decay_reads_as_its_name():
    lr = warmup_stable_decay(1.0, warmup=9, stable=80, decay=10, shape="1-sqrt")
    assert lr.phases == (
        Phase("warmup", "linear", 0, 9, 0.1, 1.0),
        Phase("stable", "constant", 9, 89, 1.0, 1.0),
        Phase("decay", "1-sqrt", 89, 99, 1.0, 0.0),
    )
    assert str(lr.phases[2]) == "decay: 1-sqrt, updates 89 to 99, 1 to 0"


def test_a_rise_is_a_warmup_only_at_the_start():
    names = [phase.name for phase in Repeat(Linear(0.0, 1.0, 5), 3).phases]
    assert names == ["warmup", "rise", "rise"]
    momentum = Chain((Linear(0.95, 0.85, 30), Linear(0.85, 0.95, 70)))
    assert [phase.name for phase in momentum.phases] == ["decay", "rise"]


def test_three_phases_of_one_cycle():
    lr = one_cycle(1.0, total=10, phases=3, shape="linear")
    assert [phase.span for phase in lr.phases] == [(0, 3), (3, 6), (6, 10)]


def test_a_schedule_without_length_has_none():
    assert Constant(1.0).phases == ()
    assert Cosine(1.0, 0.0, 0).phases == ()


def test_endless_ones_show_their_beginning():
    assert [p.span for p in Step(1.0, 0.5, 10).phases] == [(0, 10), (10, 20)]
    assert [p.span for p in Repeat(Cosine(1.0, 0.0, 7)).phases] == [(0, 7)]


@given(schedules)
def test_cover_the_schedule_without_gaps(schedule):
    phases = schedule.phases
    if not phases:
        assert schedule.steps == 0
        return
    assert phases[0].begin == 0
    for before, after in pairwise(phases):
        assert before.begin < before.end
        assert after.begin == pytest.approx(before.end, rel=1e-14)
    if schedule.steps < float("inf"):
        assert phases[-1].end == pytest.approx(schedule.steps, rel=1e-14)


def test_a_term_that_moves_alone_gives_its_shape():
    fall, rise = Cosine(1.0, 0.0, 10), Linear(0.0, 1.0, 10)
    assert [phase.shape for phase in (fall + 0.5).phases] == ["cosine"]
    assert [phase.shape for phase in (fall * rise).phases] == ["product"]
