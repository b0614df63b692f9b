"""The table of phases, and the line of facts."""

import pytest
from examples import EXAMPLES

from lehr import Constant, PiecewiseConstant, noam, warmup_cosine
from lehr.plotting.phases import MOST_ROWS, facts, phase_table


def test_each_phase_has_a_row_and_numbers_stand_under_one_another():
    recipe = warmup_cosine(3e-4, warmup=1_000, total=100_000, start=0.0)
    assert phase_table(recipe).splitlines() == [
        "phase   shape   begin      end  from    to",
        "warmup  linear      0    1,000     0  3e-4",
        "decay   cosine  1,000  100,000  3e-4     0",
    ]


def test_an_endless_schedule_says_so_and_has_no_area():
    assert "endless" in phase_table(noam(512, warmup=100))
    assert facts(noam(512, warmup=100)).startswith("steps endless   minimum ")
    assert "area" not in facts(noam(512, warmup=100))


def test_a_constant_has_no_phases():
    assert phase_table(Constant(1.0)) == ""


def test_a_long_table_is_cut_with_the_number_of_rows_left_out():
    many = PiecewiseConstant(tuple(range(50)), boundaries=tuple(range(1, 50)))
    rows = phase_table(many).splitlines()
    hidden = len(many.phases) - MOST_ROWS
    assert rows[-1] == f"... and {hidden} more"
    assert len(rows) == MOST_ROWS + 2


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_every_schedule_has_a_table_of_straight_columns(schedule):
    rows = phase_table(schedule).splitlines()
    assert len({len(row) for row in rows}) <= 2
    assert facts(schedule).startswith("steps ")
