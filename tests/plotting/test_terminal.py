"""Terminal pictures: size, axes, alphabets, and what they show."""

import io
import sys
from itertools import pairwise

import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from lehr import Constant, Linear, PiecewiseConstant, warmup_cosine
from lehr.plotting import draw, sparkline
from lehr.plotting.canvas import Ascii, Braille, Letters

RAMP = Linear(0.0, 1.0, 100)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_every_schedule_fits_its_screen(schedule, log):
    lines = draw(schedule, width=60, height=8, log=log, ascii=False).splitlines()
    assert max(map(len, lines)) <= 60
    assert 10 <= len(lines) <= 11
    assert any(set(line) & set(map(chr, range(0x2801, 0x2900))) for line in lines)


@given(st.integers(24, 200), st.integers(4, 40), st.booleans())
def test_any_size_is_kept(width, height, log):
    recipe = warmup_cosine(3e-4, warmup=100, total=5_000)
    lines = draw(recipe, width=width, height=height, log=log, ascii=True).splitlines()
    assert len(lines) == height + 3
    assert max(map(len, lines)) == width
    assert "".join(lines).isascii()


def heights(picture, rows):
    """Return for each column of an ASCII picture the first row that has a dot."""
    lines = [
        line.partition("|")[2] or line.partition("+")[2] for line in picture[:rows]
    ]
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    return [
        next((i for i in range(rows) if padded[i][x] in ".':"), None)
        for x in range(width)
    ]


def test_a_ramp_goes_up_from_the_lower_left_to_the_upper_right():
    tops = heights(draw(RAMP, width=40, height=10, ascii=True).splitlines(), 10)
    assert (tops[0], tops[-1]) == (9, 0)
    assert tops == sorted(tops, reverse=True)


def test_a_level_schedule_is_one_line():
    picture = draw(Constant(2.0), width=40, height=6, ascii=True).splitlines()
    assert set(heights(picture, 6)) == {0}


def test_steps_are_drawn_where_they_are():
    steps = PiecewiseConstant((1.0, 0.5, 0.0), boundaries=(25, 75))
    picture = draw(steps, width=104, height=9, steps=100, ascii=True).splitlines()
    tops = heights(picture, 9)
    changes = [x for x in range(1, len(tops)) if tops[x] != tops[x - 1]]
    assert changes == pytest.approx([25, 76], abs=1)


def test_a_logarithmic_axis_makes_a_geometric_fall_straight():
    from lehr import Exponential

    fall = Exponential(1.0, 1e-4, 100)
    tops = heights(
        draw(fall, width=60, height=20, log=True, ascii=True).split("\n"), 20
    )
    falls = [b - a for a, b in pairwise(tops)]
    assert set(falls) <= {0, 1}
    assert tops[len(tops) // 2] == pytest.approx(10, abs=1)


def test_zero_has_the_bottom_row_of_a_logarithmic_axis():
    lines = draw(Linear(1.0, 0.0, 100), width=40, height=8, log=True).splitlines()
    assert lines[7].split()[0] == "0"
    assert not draw(Linear(1.0, 0.5, 9), width=40, height=8, log=True).count("\n   0 ")


def test_the_phases_are_named_below_the_axis():
    last = draw(warmup_cosine(1.0, warmup=30, total=100), width=80).splitlines()[-1]
    assert "warmup: linear" in last
    assert "decay: cosine" in last


def test_several_schedules_are_drawn_one_below_the_other_if_that_is_wanted():
    two = {"up": RAMP, "level": Constant(1.0)}
    picture = draw(two, width=40, height=4, together=False)
    assert picture.splitlines()[0] == "up"
    assert "\n\nlevel\n" in picture


def test_colour_changes_no_character():
    plain = draw(RAMP, width=50)
    colored = draw(RAMP, width=50, color=True)
    assert "\x1b[36m" in colored
    assert colored.replace("\x1b[36m", "").replace("\x1b[0m", "") == plain


@pytest.mark.parametrize(("width", "height"), [(23, 12), (80, 3), (0, 0)])
def test_a_picture_too_small_is_refused(width, height):
    with pytest.raises(ValueError, match="at least 24 columns and 4 rows, got"):
        draw(RAMP, width=width, height=height)


def test_an_output_without_braille_gets_ascii(monkeypatch):
    plain = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", plain)
    assert draw(RAMP, width=40).isascii()
    assert sparkline([1.0, 2.0]).isascii()


def test_the_width_is_that_of_columns_else_80(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, draw(RAMP).splitlines())) == 50
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, draw(RAMP).splitlines())) == 80


# ---------------------------------------------------------------------- characters


@pytest.mark.parametrize("kind", [Braille, Ascii, Letters])
def test_dots_outside_a_canvas_are_left_out(kind):
    canvas = kind(2, 2)
    canvas.line(-5, -5, -1, 90)
    canvas.dot(canvas.width, 0)
    assert canvas.rows() == ["  ", "  "]


@pytest.mark.parametrize("kind", [Braille, Ascii])
def test_a_full_canvas_is_full(kind):
    canvas = kind(1, 1)
    for y in range(canvas.height):
        canvas.line(0, y, canvas.width - 1, y)
    assert canvas.rows() == ["⣿" if kind is Braille else ":"]


def test_a_line_has_no_gap():
    canvas = Braille(20, 5)
    canvas.line(0, 0, 39, 19)
    lit = sum(
        bin(ord(c) - 0x2800).count("1") for c in "".join(canvas.rows()) if c != " "
    )
    assert lit == 40


def test_a_sparkline_rises_with_its_values():
    rising = sparkline([float(i) for i in range(9)], ascii=False)
    assert rising == " ▁▂▃▄▅▆▇█"
    assert sparkline([1.0, 1.0], ascii=False) == "  "
    assert sparkline([]) == ""


def test_a_sparkline_averages_what_does_not_fit():
    assert len(sparkline(list(range(1_000)), width=30)) == 30
    assert sparkline([0.0, 2.0, 4.0, 6.0], width=2, ascii=True) == " @"
