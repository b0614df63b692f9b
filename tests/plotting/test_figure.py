"""Pictures by matplotlib: returned, saved, never shown; the extra is named."""

import builtins
import sys
from xml.etree import ElementTree

import pytest

from lehr import Constant, Linear, warm_restarts, warmup_cosine
from lehr._figures import short
from lehr.plan import Plan
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
    shown = [text.get_text() for text in axes.texts]
    assert shown == ["warmup", "decay: cosine", "peak 3e-4", "end 0"]


def test_updates_are_whole_also_where_there_are_few():
    axes = plot(Linear(1.0, 0.5, 2))
    assert {tick % 1 for tick in axes.get_xticks()} == {0.0}


def test_several_schedules_differ_by_colour_and_dashes_and_have_a_legend():
    schedules = {"a": RECIPE, "b": Constant(1e-4), "c": warm_restarts(1e-4, period=99)}
    axes = plot(schedules, steps=500)
    areas = [schedule.area(0, 500) for schedule in schedules.values()]
    assert labels(axes) == [
        f"{name}   (area {short(area)})"
        for name, area in zip("abc", areas, strict=True)
    ]
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
    monkeypatch.delitem(sys.modules, "lehr.plotting.picture", raising=False)
    with pytest.raises(ImportError, match=r"pip install 'lehr\[plot\]'"):
        plot(RECIPE)


def test_no_two_of_many_curves_look_alike():
    axes = plot({str(i): Constant(float(i)) for i in range(20)})
    looks = {(line.get_color(), str(line._dash_pattern)) for line in axes.lines}
    assert len(looks) == 20


def test_hyper_parameters_have_axes_by_field():
    fields = {"lr.body": RECIPE, "lr.head": 10 * RECIPE, "momentum": Constant(0.9)}
    axes = plot(fields, marks={"save": 500}, title="a $document$")
    assert list(axes) == ["lr", "momentum"]
    assert labels(axes["lr"]) == ["body   (area 0.1501)", "head   (area 1.501)"]
    assert [text.get_text() for text in axes["lr"].texts if "save" in text.get_text()]
    axes["lr"].figure.draw_without_rendering()  # no name is read as a formula


def test_the_callers_axes_may_be_several():
    from matplotlib.figure import Figure

    two = {"lr": RECIPE, "momentum": Constant(0.9)}
    above, below = Figure().subplots(2)
    assert plot(two, ax=[above, below]) == {"lr": above, "momentum": below}
    assert plot(two, ax={"momentum": above, "lr": below})["lr"] is below
    with pytest.raises(ValueError, match="ax must hold axes for 'lr', 'momentum'"):
        plot(two, ax=above)


def test_epochs_stand_below_and_applied_values_on_the_plan():
    plan = Plan(dataset_size=500, batch_size=1, epochs=2)
    axes = plot(RECIPE, plan=plan, applied=APPLIED)
    [second] = axes.child_axes
    assert second.get_xlabel() == "epochs"
    ticks = dict(zip(second.get_xticks(), second.get_xticklabels(), strict=True))
    assert ticks[500].get_text() == "1"
    assert labels(axes)[1] == "applied"
    assert all(RECIPE(t) == v for t, v in zip(*axes.lines[-1].get_data(), strict=True))


def test_many_curves_make_a_figure_higher_so_that_their_legend_has_room():
    axes = plot({f"curve {i}": Constant(float(i)) for i in range(40)})
    axes.figure.draw_without_rendering()
    box = axes.get_legend().get_window_extent()
    assert box.y0 >= 0
    assert axes.bbox.height > 0.5 * axes.figure.bbox.height


def test_long_names_stand_below_both_axes():
    plan = Plan(dataset_size=500, batch_size=1, epochs=2)
    axes = plot({"a name that is long " * 2: RECIPE, "b": 2 * RECIPE}, plan=plan)
    axes.figure.draw_without_rendering()
    box = axes.get_legend().get_window_extent()
    assert 0 <= box.y0 < box.y1 <= axes.child_axes[0].get_tightbbox().y0
    assert axes.bbox.width > 0.8 * axes.figure.bbox.width


def test_a_logarithmic_axis_reaches_down_to_the_smallest_of_several_curves():
    axes = plot({"big": Linear(1e3, 1.0, 9), "small": Linear(1e-6, 1e-9, 9)}, log=True)
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] <= 1e-9
