"""Pictures by matplotlib: returned, saved, never shown; the extra is named."""

import builtins
import sys
from xml.etree import ElementTree

import pytest

from lehr import Constant, Linear, warm_restarts, warmup_cosine
from lehr.plotting import plot, plot_run

RECIPE = warmup_cosine(3e-4, warmup=100, total=1_000)
APPLIED = [(t, RECIPE(t)) for t in range(800)]
LOSSES = {
    "train": [(t, 2.0 * 0.99**t) for t in range(800)],
    "validation": [(t, 2.1 * 0.99**t) for t in range(0, 800, 100)],
}


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_axes_come_back_with_the_curve_and_its_phases():
    axes = plot(RECIPE, title="a title")
    [joint, curve] = axes.lines
    assert max(curve.get_ydata()) == 3e-4
    assert list(curve.get_xdata())[-1] == 1_000
    assert set(joint.get_xdata()) == {100}
    assert axes.get_title(loc="left") == "a title"
    assert [text.get_text() for text in axes.texts] == ["warmup", "decay: cosine"]


def test_several_schedules_differ_by_colour_and_dashes_and_have_a_legend():
    schedules = {"a": RECIPE, "b": Constant(1e-4), "c": warm_restarts(1e-4, period=99)}
    axes = plot(schedules, steps=500)
    assert labels(axes) == ["a", "b", "c"]
    assert len({line.get_color() for line in axes.lines}) == 3
    assert len({line._unscaled_dash_pattern for line in axes.lines}) == 3
    assert axes.get_xlim() == (0, 500)


def test_the_callers_axes_are_used():
    from matplotlib.figure import Figure

    own = Figure().subplots()
    assert plot(RECIPE, ax=own) is own


@pytest.mark.parametrize(
    ("schedule", "scale"),
    [(RECIPE, "symlog"), (Linear(1.0, 0.1, 9), "log"), (Constant(0.0), "linear")],
)
def test_a_logarithmic_axis_shows_zero_where_there_is_one(schedule, scale):
    assert plot(schedule, log=True).get_yscale() == scale


def test_no_schedule_is_refused():
    with pytest.raises(ValueError, match="at least one schedule"):
        plot({})


def test_nothing_registers_with_a_window_system():
    plot(RECIPE)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_a_run_is_drawn_as_planned_and_as_applied(tmp_path):
    files = [tmp_path / "run.png", str(tmp_path / "run.svg")]
    figure = plot_run(RECIPE, APPLIED, LOSSES, files, title="digits", best=700)
    rate, loss = figure.axes
    assert labels(rate) == ["planned", "applied"]
    assert labels(loss) == ["train", "validation", "best (update 700)"]
    applied = rate.lines[1]
    assert all(RECIPE(t) == v for t, v in zip(*applied.get_data(), strict=True))
    assert files[0].read_bytes().startswith(b"\x89PNG\r\n")
    root = ElementTree.parse(files[1]).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_run_that_has_not_begun_is_drawn_too(tmp_path):
    plot_run(RECIPE, [], {}, [tmp_path / "empty.png"])
    assert (tmp_path / "empty.png").stat().st_size > 1_000


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'lehr\[plot\]'"):
        plot(RECIPE)


def test_no_two_of_many_curves_look_alike():
    axes = plot({str(i): Constant(float(i)) for i in range(20)})
    looks = {(line.get_color(), str(line._dash_pattern)) for line in axes.lines}
    assert len(looks) == 20
