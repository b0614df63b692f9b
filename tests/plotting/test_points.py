"""Values over updates: what was logged, drawn."""

import math

import pytest

from lehr.plotting import draw_points, plot_points
from lehr.plotting.sampling import extremes


def test_a_spike_among_very_many_points_is_drawn():
    points = [(t, 5.0 if t == 123_456 else 1.0) for t in range(200_000)]
    picture = draw_points(points, width=40, height=6, ascii=True)
    assert "5" in picture.splitlines()[0]
    rows = [line.split("+")[-1].split("|")[-1] for line in picture.splitlines()[:6]]
    [column] = {row.rstrip().__len__() for row in rows[:3] if row.strip()}
    assert column == pytest.approx(0.617 * 36, abs=2)


def test_points_come_down_to_the_least_and_most_of_each_group_in_order():
    points = [(t, math.sin(t)) for t in range(10_000)]
    kept = extremes(points, 100)
    assert len(kept) == 100
    assert kept == sorted(kept)
    assert max(v for _, v in kept) == max(v for _, v in points)
    assert min(v for _, v in kept) == min(v for _, v in points)
    assert set(kept) <= set(points)
    assert extremes(points[:7], 100) == points[:7]


def test_what_is_not_finite_is_left_out_and_nothing_is_refused():
    points = [(0, 1.0), (1, math.nan), (2, math.inf), (3, 0.5)]
    whole = [(0, 1.0), (3, 0.5)]
    options = {"width": 30, "height": 5, "ascii": True}
    assert draw_points(points, **options) == draw_points(whole, **options)
    with pytest.raises(ValueError, match="points must hold a finite value"):
        draw_points([(0, math.nan)])


def test_one_point_is_a_picture():
    assert "'" in draw_points([(0, 1.0)], width=30, height=5, ascii=True)


def test_a_figure_has_a_line_per_curve(tmp_path):
    pytest.importorskip("matplotlib")
    curves = {"a": [(0, 1.0), (5, 0.1)], "b": [(t, 1.0) for t in range(100)]}
    files = [tmp_path / "x.png", tmp_path / "x.svg"]
    figure = plot_points(curves, files, ylabel="loss", title="two", log=True)
    [ax] = figure.axes
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("loss", "update")
    assert ax.get_yscale() == "log"
    assert all(file.stat().st_size > 1_000 for file in files)


def test_a_figure_bears_what_is_not_finite():
    pytest.importorskip("matplotlib")
    figure = plot_points({"a": [(0, 1.0), (1, math.inf), (2, math.nan)]})
    assert figure.axes[0].get_ylim()[0] == 0
