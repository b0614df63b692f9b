"""Several schedules in one frame of the terminal, and what stands around them."""

import re

import pytest

from lehr import Constant, Cosine, Exponential, Linear, warmup_cosine
from lehr.plan import Plan
from lehr.plotting import draw
from lehr.plotting.console import wants_color
from lehr.plotting.labels import Box, Room, around
from lehr.plotting.lettering import columns, shortened

FALL, RISE = Linear(1.0, 0.0, 100), Linear(0.0, 1.0, 100)
LR = warmup_cosine(3e-4, warmup=10, total=100)
TEN = {f"curve {i}": Constant(float(i)) for i in range(1, 13)}
ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def rows(picture, height=12):
    lines = picture.splitlines()[:height]
    return [re.split("[|+│┤]", line, maxsplit=1)[1] for line in lines]


@pytest.mark.parametrize("ascii", [True, False])
def test_each_of_many_curves_shows_its_letter_on_its_own_row(ascii):
    picture = draw(TEN, width=80, height=25, ascii=ascii)
    shown = [set(re.findall("[A-L]", row)) for row in picture.splitlines()[:25]]
    assert [letters.pop() for letters in shown if letters] == list("LKJIHGFEDCBA")
    for index, name in enumerate(TEN):
        assert re.search(f"{'ABCDEFGHIJKL'[index]} .*{name} +area", picture)


def test_letters_take_turns_where_curves_meet():
    one, other = rows(draw([LR, 1 * LR], width=40, ascii=True))[2:4]
    assert {"A", "B"} <= set(one + other)


@pytest.mark.parametrize("width", [24, 60, 80])
@pytest.mark.parametrize("ascii", [True, False])
def test_everything_stays_within_its_width(width, ascii):
    long = {f"a rather long name of a schedule {i}": FALL for i in range(6)}
    plan = Plan(dataset_size=900, batch_size=30, epochs=3)
    marks = {"a mark with a long name": 99, "another one": 98, "half": "50%"}
    told = {"plan": plan, "marks": marks, "title": "t" * 200, "milestones": True}
    for subject in (long, LR, {"lr": LR, "momentum.a": RISE, "momentum.b": FALL}):
        picture = draw(subject, width=width, height=6, ascii=ascii, **told)
        assert max(map(columns, picture.splitlines())) <= width
        assert not ascii or picture.isascii()


def test_colour_changes_no_character_of_many_curves_either():
    plain = draw(TEN, width=60, ascii=False)
    colored = draw(TEN, width=60, ascii=False, color=True)
    assert ESCAPE.sub("", colored) == plain
    assert len(set(ESCAPE.findall(colored))) == 8  # seven colours, and back


def test_without_colour_curves_differ_by_dashes():
    level = {"a": Constant(1.0), "b": Constant(0.5), "c": Constant(0.75)}
    drawn = rows(draw(level, width=70, height=9, ascii=False), 9)
    marked = [row for row in drawn if re.search("[ABC]", row)]
    gaps = [re.sub("[ABC]", "⠒", row).strip().count(" ") for row in marked]
    assert len(marked) == len(set(gaps)) == 3


def test_hyper_parameters_have_panels_that_begin_in_the_same_column():
    picture = draw({"lr": LR, "momentum": Constant(0.95)}, width=50, height=5)
    assert picture.count("└") == 2
    assert len({line.index("└") for line in picture.splitlines() if "└" in line}) == 1
    assert {"lr", "momentum"} <= set(picture.splitlines())


def test_epochs_stand_below_the_updates():
    plan = Plan(dataset_size=1_000, batch_size=10, epochs=4)
    lines = draw(Constant(1.0), width=60, plan=plan, ascii=True).splitlines()
    updates, epochs = lines[-2:]
    assert (updates.split()[-2:], epochs.split()) == (
        ["400", "updates"],
        ["0", "2", "4", "epochs"],
    )
    assert abs(updates.index("200") + 1 - epochs.index("2")) <= 1


def test_marks_are_lines_with_their_names_below():
    picture = draw(FALL, width=60, marks={"save": 50}, ascii=True).splitlines()
    column = picture[-1].index("^")
    assert picture[-1].strip() == "^ save 50"
    assert picture[11][column] == picture[0][column] == "|"


def test_what_a_run_has_applied_lies_on_the_plan():
    applied = [(t, FALL(t)) for t in range(60)] + [(60, 1.0)]
    picture = draw(FALL, width=60, height=8, applied=applied, ascii=True)
    assert picture.count("o") > 10
    assert "o" in rows(picture, 8)[0][30:]
    assert re.search(r": planned +area 50\n +o applied$", picture)


def test_a_name_cannot_steer_the_terminal_nor_break_the_columns():
    names = {"\x1b[2Jred\n": FALL, "学习率": RISE}
    picture = draw(names, width=40, height=5, ascii=False)
    assert "\x1b" not in picture
    areas = [line for line in picture.splitlines() if "area" in line]
    assert len({columns(line) for line in areas}) == 1


@pytest.mark.parametrize("log", [False, True])
def test_curves_that_are_a_thousand_million_times_apart_are_both_drawn(log):
    far = {"big": Exponential(1e3, 1.0, 100), "small": Exponential(1e-6, 1e-9, 100)}
    drawn = rows(draw(far, width=60, log=log, ascii=True))
    low, high = ([i for i, row in enumerate(drawn) if letter in row] for letter in "BA")
    assert max(high) < min(low) if log else set(low) == {11}


@pytest.mark.parametrize(
    "schedule",
    [Constant(0.0), -1 * LR, Linear(0.0, 1.0, 1), Cosine(1e300, -1e300, 7), FALL[:0]],
)
@pytest.mark.parametrize("log", [False, True])
def test_odd_schedules_are_drawn_together_too(schedule, log):
    picture = draw([schedule, LR, schedule], width=40, height=5, log=log, ascii=True)
    assert picture.count("area") == 3
    assert "nan" not in picture


def test_colour_is_for_terminals(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color()


# ---------------------------------------------------------------------------- labels


def test_a_label_keeps_off_curves_labels_and_edges():
    room = Room(Box(0, 0, 100, 100))
    room.add_curve([(0, 50), (50, 50), (50, 90), (100, 90)])
    first = room.first_free(around(50, 50, 30, 10))
    second = room.first_free(around(50, 50, 30, 10))
    assert first is not None
    assert second is not None
    for box in (first, second):
        assert box.bottom <= 50 or box.left >= 50 or box.top > 51
    assert (
        first.right <= second.left
        or first.bottom <= second.top
        or (second.right <= first.left or second.bottom <= first.top)
    )
    assert room.first_free([Box(90, 0, 120, 10), Box(-1, 0, 9, 9)]) is None


def test_a_label_crosses_a_thin_line_only_where_it_must():
    room = Room(Box(0, 0, 100, 20))
    room.add_line(Box(19, 0, 21, 20))
    crossing, clear = Box(10, 0, 30, 10), Box(30, 0, 50, 10)
    assert room.first_free([crossing, clear]) == clear
    assert room.first_free([crossing]) == crossing


def test_a_long_name_ends_in_dots():
    assert [shortened("abcdefgh", n) for n in (8, 7, 4)] == [
        "abcdefgh",
        "abcd...",
        "a...",
    ]
    assert columns(shortened("学习率学习率", 9)) <= 9


@pytest.mark.parametrize("width", [108, 120, 200, 300])
def test_a_wide_picture_has_a_second_axis_too(width):
    plan = Plan(dataset_size=1_000, batch_size=10, epochs=4)
    axis = draw(Constant(1.0), plan=plan, width=width, ascii=True).splitlines()[14]
    first, *ticks, last, unit = axis.split()
    assert (first, last, unit) == ("0", "4", "epochs")
    assert {"1", "2", "3"} <= {*ticks}
