"""What a sweep tells: a report, a line, and three kinds of pictures."""

import dataclasses
import math
import xml.etree.ElementTree as xml

import pytest

from lehr.plotting.rates import draw_rates
from lehr.rate_finder import RateSearch, Suggestion, find_rate
from rate_finder.quadratic import descent, valley_shaped


@pytest.fixture(scope="module")
def found():
    return find_rate(valley_shaped(noise=0.01), low=1e-5, high=10.0)


def test_a_report_names_each_rule_with_its_confidence(found):
    text = str(found)
    for one in found.suggestions.values():
        [line] = [row for row in text.splitlines() if row.startswith(one.rule)]
        assert f"{one.confidence:.0%}" in line
    assert "<- suggestion" in text
    assert "stopped by divergence" in text


def test_a_line_is_short(found):
    assert len(repr(found)) < 200
    assert "steepest" in repr(found)


def test_a_result_is_a_value(found):
    assert dataclasses.replace(found) == found
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.rule = "valley"


def test_pictures_show_every_suggestion(found, tmp_path):
    text = found.draw(width=60, height=6, ascii=True)
    svg = found.draw_svg()
    figure = found.plot([tmp_path / "rates.png"])
    labels = [line.get_label() for line in figure.axes[0].lines]
    xml.fromstring(svg)
    for rule in found.suggestions:
        assert rule in text and rule in svg
        assert any(rule in label for label in labels)
    assert (tmp_path / "rates.png").stat().st_size > 1_000
    assert max(map(len, text.splitlines())) <= 60


def test_what_shows_nothing_says_so_and_still_has_a_picture():
    nothing = find_rate(descent(1.0), low=1e-4, high=0.5)
    assert "nothing found" in repr(nothing)
    assert "larger high" in str(nothing)
    assert "rate" in nothing.draw(width=60)


def test_without_a_point_there_is_no_picture_but_a_reason():
    losses = iter([1.0, float("nan")])
    nothing = find_rate(lambda rate: next(losses))
    assert "non-finite loss after 0 updates" in str(nothing)
    for ask in (nothing.draw, nothing.plot, lambda: nothing.turning_point):
        with pytest.raises(ValueError, match="start lower"):
            ask()


def test_one_point_has_every_picture():
    losses = iter([1.0, 0.5, float("nan")])
    one = find_rate(lambda rate: next(losses))
    assert one.draw(width=40).endswith("rate 1e-7")
    xml.fromstring(one.draw_svg())
    low, high = one.plot().axes[0].get_xlim()
    assert low < one.rates[0] < high


@pytest.mark.parametrize(
    ("ends", "shown"),
    [((1e-5, 2.0), ["1e-5", "1e-4", "1e-3", "0.01", "0.1"]), ((0.3, 3.0), ["0.5"])],
)
def test_round_rates_stand_where_they_are(ends, shown):
    points = [(ends[0], 2.0), (ends[1], 1.0)]
    [axis, text] = draw_rates(points, points, {}, width=80).splitlines()[-2:]
    begin = axis.index("┬")
    for label in shown:
        share = math.log(float(label) / ends[0]) / math.log(ends[1] / ends[0])
        at = begin + round(share * (len(axis) - 1 - begin))
        assert axis[at] == "┬"
        assert label in text[max(at - 4, 0) : at + 6]


def test_a_rule_that_finds_nothing_names_those_that_do(found):
    other = {k: v for k, v in found.suggestions.items() if k != "steepest"}
    changed = dataclasses.replace(found, suggestions=other)
    with pytest.raises(ValueError, match=r"'steepest' finds no rate.*valley"):
        _ = changed.suggestion


def test_the_names_are_public():
    assert isinstance(find_rate(descent(1.0), low=1e-3, high=99.0), RateSearch)
    assert Suggestion("valley", 1.0, 1.0, 1.0, 1.0).rate == 1.0
