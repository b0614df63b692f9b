"""The rates of a run as a picture: returned, marked, compared, saved, never shown."""

import builtins
import sys
from xml.etree import ElementTree

import pytest

from lehr import Cosine, Linear, multi_step, warm_restarts
from lehr.dialects.tlama import (
    get_combined_lr_scheduler,
    get_lr_scheduler,
    get_multi_step_lr_scheduler,
    implement_paper_scheduler,
)
from lehr.plotting import plot_lr_schedule, plot_paper_scheduler

SCHEDULER = get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000)


@pytest.fixture
def paper():
    scheduler, _ = implement_paper_scheduler(
        5e-4, 2_000, 300_000_000_000, 2048 * 2048, verbose=False
    )
    return scheduler


def curve_of(figure, index=0):
    """Return the steps and the rates of a curve; marks have dotted lines."""
    curves = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    return [column.tolist() for column in curves[index].get_data()]


def marks_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def lines_of(figure):
    return [
        line.get_xdata()[0]
        for line in figure.axes[0].lines
        if line.get_marker() != "o" and line.get_xdata()[0] == line.get_xdata()[1]
    ]


def test_the_curve_has_the_rate_of_each_step_from_the_first_to_the_last():
    figure = plot_lr_schedule(SCHEDULER, 50_000, title="a title", figsize=(12, 6))
    steps, rates = curve_of(figure)
    assert (steps[0], steps[-1]) == (0, 49_999)
    assert rates == [SCHEDULER(step) for step in steps]
    [axes] = figure.axes
    assert axes.get_title() == "a title"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "learning rate")
    assert axes.get_legend() is None
    assert tuple(figure.get_size_inches()) == (12, 6)


def test_the_end_of_the_warmup_is_marked():
    figure = plot_lr_schedule(SCHEDULER, 50_000)
    assert marks_of(figure) == ["warmup ends: 1,000"]
    assert lines_of(figure) == [1_000]


def test_a_long_run_loses_no_drop():
    total = 10**9
    scheduler = get_multi_step_lr_scheduler(
        1.0, 1_000, total, 1, [0.4999999, 0.9], [0.5, 0.1]
    )
    figure = plot_lr_schedule(scheduler, total)
    drawn = dict(zip(*curve_of(figure), strict=True))
    for step in (999, 499_999_899, 499_999_900, 899_999_999, 900_000_000):
        assert drawn[step] == scheduler(step)
    assert len(drawn) < 10_000
    assert marks_of(figure) == [
        *("warmup ends: 1,000", "step 499,999,900: 0.5", "step 900,000,000: 0.1")
    ]


def test_the_end_of_a_short_schedule_is_in_the_picture_of_a_long_run():
    steps, _ = curve_of(plot_lr_schedule(Linear(1.0, 0.0, 1_000), 10**9))
    assert {999, 1_000} <= set(steps)


def test_nothing_registers_with_a_window_system():
    plot_lr_schedule(SCHEDULER, 50_000)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_a_notebook_can_display_the_figure():
    figure = plot_lr_schedule(SCHEDULER, 50_000)
    assert figure._repr_png_().startswith(b"\x89PNG\r\n")


def test_a_window_is_opened_if_asked_for(monkeypatch):
    from matplotlib import pyplot

    shown = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.extend(pyplot.get_fignums()))
    try:
        figure = plot_lr_schedule(SCHEDULER, 50_000, show=True)
        assert shown == [figure.number]
    finally:
        pyplot.close("all")


def test_points_lie_on_the_curve_at_the_interval_asked_for():
    [line] = (
        plot_lr_schedule(Linear(1.0, 0.0, 100), 100, point_interval=25).axes[0].lines
    )
    steps = line.get_xdata()[line.get_markevery()]
    assert steps.tolist() == [0, 25, 50, 75]


def test_by_default_there_are_about_forty_points():
    [line] = plot_lr_schedule(Linear(1.0, 0.0, 100), 71_526).axes[0].lines
    assert len(line.get_markevery()) == 40


def test_several_schedules_are_compared_by_name():
    kinds = ("cosine", "linear", "exponential")
    schedulers = {k: get_lr_scheduler(1e-4, 1e-6, 100, 1_000, k) for k in kinds}
    figure = plot_lr_schedule(schedulers, 1_000)
    [axes] = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(kinds)
    assert len({line.get_color() for line in axes.lines}) == 3
    assert marks_of(figure) == []
    for index, scheduler in enumerate(schedulers.values()):
        steps, rates = curve_of(figure, index)
        assert rates == [scheduler(step) for step in steps]


def test_a_list_of_schedules_is_numbered():
    axes = plot_lr_schedule([SCHEDULER, Cosine(1e-4, 0.0, 9)], 10).axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["schedule 1", "schedule 2"]


def test_a_plain_function_is_asked_for_whole_steps_and_has_no_marks():
    table = [1.0, 0.5, 0.25]
    figure = plot_lr_schedule(lambda step: table[step], 3)
    assert curve_of(figure) == [[0, 1, 2], table]
    assert marks_of(figure) == []


def test_a_combination_of_such_functions_too():
    table = [1.0, 0.5, 0.25]
    combined = get_combined_lr_scheduler(
        {(0, 3): table.__getitem__, (3, 6): lambda step: table[step] / 10}
    )
    figure = plot_lr_schedule(combined, 8)
    assert curve_of(figure)[1] == [1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.025, 0.025]


def test_a_run_of_one_step_is_drawn_too_and_steps_are_whole_on_the_axis():
    figure = plot_lr_schedule(Cosine(1.0, 0.0, 9), 1)
    assert curve_of(figure) == [[0], [1.0]]
    assert all(tick == int(tick) for tick in figure.axes[0].get_xticks())


def test_a_schedule_of_many_cycles_is_drawn_without_marks():
    figure = plot_lr_schedule(warm_restarts(1.0, period=10), 10**6)
    assert marks_of(figure) == []


def test_a_logarithmic_axis_is_there_for_the_asking():
    assert plot_lr_schedule(SCHEDULER, 100).axes[0].get_yscale() == "linear"
    assert plot_lr_schedule(SCHEDULER, 100, log=True).axes[0].get_yscale() == "log"


@pytest.mark.parametrize("function", [plot_lr_schedule, plot_paper_scheduler])
def test_a_file_is_written_only_if_asked_for(function, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function(SCHEDULER, 50_000)
    assert not list(tmp_path.iterdir())
    function(SCHEDULER, 50_000, file="rates.png")
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG\r\n")
    function(SCHEDULER, 50_000, file=tmp_path / "rates.svg")
    root = ElementTree.parse(tmp_path / "rates.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    function(SCHEDULER, 50_000, file=tmp_path / "rates.PDF")
    assert (tmp_path / "rates.PDF").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("function", [plot_lr_schedule, plot_paper_scheduler])
def test_a_file_that_cannot_be_written_is_refused_at_once(function, tmp_path):
    with pytest.raises(
        ValueError, match=r"end in \.pdf, \.png, \.svg, got 'rates.jpg'"
    ):
        function(SCHEDULER, 100, file="rates.jpg")
    with pytest.raises(FileNotFoundError, match=r"file is missing: .*there"):
        function(SCHEDULER, 100, file=tmp_path / "not" / "there" / "rates.png")


def test_the_papers_milestones_are_those_of_the_schedule(paper):
    figure = plot_paper_scheduler(paper, 71_526)
    assert lines_of(figure) == [2_000, 57_220, 64_373]
    assert marks_of(figure) == [
        *("warmup ends: 2,000", "step 57,220: 1.58e-4", "step 64,373: 5e-5")
    ]
    assert tuple(figure.get_size_inches()) == (12, 6)


def test_a_plain_function_has_the_milestones_of_the_paper(paper):
    figure = plot_paper_scheduler(lambda step: paper(step), 71_526)
    assert lines_of(figure) == [2_000, 57_220, 64_373]


def test_milestones_that_are_given_are_marked():
    scheduler = multi_step(1.0, factor=0.5, milestones=(30, 60))
    figure = plot_paper_scheduler(scheduler, 100, milestone_steps=[30])
    assert marks_of(figure) == ["step 30: 0.5"]  # the warmup lies past the run


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"lr_scheduler": 1e-4}, TypeError, "or a function of the step, got 0.0001"),
        ({"lr_scheduler": {}}, ValueError, "at least one schedule, got {}"),
        ({"lr_scheduler": []}, ValueError, r"at least one schedule, got \[\]"),
        ({"lr_scheduler": {(0, 9): SCHEDULER}}, TypeError, "get_combined_lr_scheduler"),
        ({"total_steps": 0}, ValueError, "total_steps must be >= 1, got 0"),
        ({"total_steps": 1e5}, TypeError, "total_steps must be a whole .* write 10000"),
        ({"point_interval": 0}, ValueError, "point_interval must be >= 1, got 0"),
        ({"point_interval": 1}, ValueError, "50,000 points; pass 5 or more"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, error, message):
    fitting = {"lr_scheduler": SCHEDULER, "total_steps": 50_000}
    with pytest.raises(error, match=message):
        plot_lr_schedule(**fitting | given)


def test_a_milestone_outside_the_run_is_refused():
    with pytest.raises(ValueError, match=r"\[1\] must be < total_steps \(100\), got 1"):
        plot_paper_scheduler(SCHEDULER, 100, milestone_steps=[80, 100])


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("matplotlib") or name == "lehr.plotting.picture":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'lehr\[plot\]'"):
        plot_lr_schedule(SCHEDULER, 100)
