"""Marks: where a warmup ends, where a rate drops, and when there are too many."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lehr import (
    Chain,
    Constant,
    Cosine,
    Linear,
    Repeat,
    Step,
    multi_step,
    warmup_cosine,
)
from lehr.plotting import plot_lr_schedule
from lehr.plotting.lr_marks import marks

STAIRS = Chain((Constant(1.0, 10), Constant(0.5, 10), Constant(0.1)))


@pytest.mark.parametrize(
    ("schedule", "total", "steps"),
    [
        (warmup_cosine(1.0, warmup=100, total=1_000), 1_000, [100]),
        (warmup_cosine(1.0, warmup=100, total=1_000), 100, []),  # ends with the run
        (Cosine(1.0, 0.0, 100), 100, []),
        (Constant(1.0), 100, []),
        (Linear(0.0, 1.0, 10).then(Constant(1.0, 90)), 100, [10]),
        # The peak of one step before a decay belongs to the warmup.
        (Chain((Linear(0.1, 1.0, 9), Constant(1.0, 1), Cosine(1, 0, 90))), 100, [10]),
        (STAIRS, 100, [10, 20]),
        (STAIRS, 20, [10]),  # step 20 is not one of this run
        (Step(1.0, factor=0.5, every=25), 100, [25, 50, 75]),  # endless
        (Step(1.0, factor=0.5, every=2.5), 10, [3, 5, 8]),
        (Repeat(Linear(1.0, 0.0, 10), count=3), 30, []),  # up again is no drop
        (Repeat(Linear(0.0, 1.0, 10), count=3), 30, [10, 20]),
        (Step(1.0, factor=0.9, every=1), 100, []),  # too many to read
    ],
)
def test_the_end_of_a_warmup_and_each_drop_are_marked(schedule, total, steps):
    assert list(marks(schedule, total)) == steps


def test_where_a_warmup_ends_in_a_drop_the_drop_is_named():
    saw = Repeat(Linear(0.0, 1.0, 10), count=2)
    assert marks(saw, 20) == {10: "step 10: 0"}


def boxes_of(schedule, total, **options):
    """Return the axes, and each label's text with its box, as they are drawn."""
    figure = plot_lr_schedule(schedule, total, **options)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    [axes] = figure.axes
    renderer = canvas.get_renderer()
    return axes, {t.get_text(): t.get_window_extent(renderer) for t in axes.texts}


NEAR = {"factor": 0.8, "milestones": (5_000, 5_050, 5_100, 9_000)}


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("size", "count"), [((10, 6), 4), ((7, 4), 3)])
def test_labels_of_near_marks_do_not_cover_each_other(log, size, count):
    drops = multi_step(1.0, **NEAR)
    axes, boxes = boxes_of(drops, 10_000, log=log, figsize=size)
    assert len(boxes) == count
    assert not any(a.overlaps(b) for a, b in combinations(boxes.values(), 2))
    for box in boxes.values():
        assert axes.bbox.y0 <= box.y0 < box.y1 <= axes.bbox.y1


def test_labels_for_which_there_is_no_room_are_left_out_and_their_lines_stay():
    stairs = multi_step(1.0, factor=0.8, milestones=range(500, 510))
    axes, boxes = boxes_of(stairs, 1_000, figsize=(7, 4))
    assert 2 <= len(boxes) < 10
    assert not any(a.overlaps(b) for a, b in combinations(boxes.values(), 2))
    assert len(axes.lines) == 11


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("factor", [0.9, 0.1])
def test_a_label_stands_where_the_curve_is_not(log, factor):
    drops = multi_step(1.0, factor=factor, milestones=(400, 700))
    axes, boxes = boxes_of(drops, 1_000, log=log)
    for step, label in marks(drops, 1_000).items():
        _, height = axes.transData.transform((step, drops(step)))
        assert not boxes[label].y0 < height < boxes[label].y1
