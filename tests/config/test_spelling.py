"""The usual spelling of an expression: the same meaning, written once for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules

from lehr.config import read_schedule
from lehr.config.spelling import duration, number, spelled


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("WarmupCosine(1)", "WarmupCosine(1)"),
        ("Cosine(1,0,10)", "cosine(1, 0, 10)"),
        ("InverseSqrt( 1 , 2 )", "InverseSqrt(1, 2)"),
        (
            "warmup_cosine(peak = 0.00030,warmup= 5 %)",
            "warmup_cosine(peak=3e-4, warmup=5%)",
        ),
        ("-  linear(1,0,5)*-2", "-linear(1, 0, 5) * -2"),
        ("( 1+2 )*linear( 1,0,5 )", "(1 + 2) * linear(1, 0, 5)"),
        (
            "Interpolated(((0,1.),(9,.5)),method='cosine')",
            "interpolated(((0, 1.0), (9, 0.5)), method='cosine')",
        ),
        ("Table([1,2,])", "table([1, 2,])"),
        ("table((1,))", "table((1,))"),
        ("2*(linear(1,0,5)+3)/4", "2 * (linear(1, 0, 5) + 3) / 4"),
        ("1e-5", "1e-5"),
        ("noam(512,warmup=64_000   samples)", "noam(512, warmup=64k samples)"),
        ("'a''b'", "'a' 'b'"),
        ("linear(1, # start\n0, 5)", "linear(1, # start\n0, 5)"),
        ("linear(1", "linear(1"),
        ("linear(1, 0, 3 parsecs)", "linear(1, 0, 3 parsecs)"),
        ("chain([constant(1,5),2])", "chain([constant(1, 5), 2])"),
    ],
)
def test_each_text_has_its_usual_spelling(text, usual):
    assert spelled(text) == usual
    assert spelled(usual) == usual


@given(schedules)
def test_the_usual_spelling_means_the_same_and_is_its_own(schedule):
    usual = spelled(repr(schedule))
    assert repr(read_schedule(usual)) == repr(schedule)
    assert spelled(usual) == usual


@given(st.floats(min_value=0, allow_infinity=False))
def test_a_number_is_as_short_as_it_can_be_and_the_same(value):
    short = number(repr(value))
    assert repr(float(short)) == repr(value)
    assert len(short) <= len(repr(value))
    assert not short.isdigit()


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("2000", "2000"),
        ("2 k", "2 k"),
        ("1.5 B tokens", "1.5Btok"),
        ("2.50ep", "2.5ep"),
        ("2_000 updates", "2_000 updates"),
        ("10G tok", "10Btok"),
        ("1e3 tok", "1ktok"),
    ],
)
def test_a_duration_has_its_usual_form(text, usual):
    assert duration(text) == usual
