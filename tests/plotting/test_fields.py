"""Several hyper-parameters in one picture."""

import xml.etree.ElementTree as xml

import pytest

from lehr import Constant, Linear, warmup_cosine
from lehr.plotting import draw_fields, draw_fields_svg, plot_fields
from lehr.schedules import growing_batch, opposed, proportional

LR = warmup_cosine(1e-3, warmup=10, total=100)
FIELDS = {
    "lr": {"body": LR, "head": 10 * LR},
    "weight_decay": proportional(LR, at_peak=0.1),
    "momentum": opposed(LR, low=0.85, high=0.95),
    "batch_size": growing_batch(LR, at_peak=32, most=256),
}


def test_a_panel_for_each_field_and_a_line_for_each_group(tmp_path):
    figure = plot_fields(FIELDS, [tmp_path / "a.svg"], title="coupled", log=True)
    assert [ax.get_ylabel() for ax in figure.axes] == list(FIELDS)
    curves = [
        [line for line in ax.lines if len(line.get_xdata()) > 2] for ax in figure.axes
    ]
    assert [len(lines) for lines in curves] == [2, 1, 1, 1]
    assert {ax.get_xlim() for ax in figure.axes} == {(0, 100)}
    assert (tmp_path / "a.svg").exists()


def test_groups_that_follow_the_same_share_a_line():
    one = dict.fromkeys("abcd", LR)
    figure = plot_fields({"lr": {**one, "e": 2 * LR}})
    [legend] = [ax.get_legend() for ax in figure.axes]
    names = [text.get_text().partition("   (area")[0] for text in legend.get_texts()]
    assert names == ["a and 3 more", "e"]
    assert plot_fields({"lr": one}).axes[0].get_legend() is None


def test_the_svg_is_one_file_with_all_panels_below_each_other():
    text = draw_fields_svg(FIELDS, width=400, height=150)
    root = xml.fromstring(text)
    panels = [one for one in root if one.get("class") == "panel"]
    titles = [
        text.text for one in panels for text in one if text.get("class") == "title"
    ]
    assert titles == list(FIELDS)
    assert root.get("height") == "600"


def test_text_shows_all_over_the_same_updates():
    text = draw_fields({"a": Linear(1.0, 0.0, 10), "b": Constant(1.0)}, width=40)
    assert text.count("10 updates") == 2


@pytest.mark.parametrize("fields", [{}, LR, {"lr": {}}, {"lr": 0.1}])
def test_what_cannot_be_drawn_is_refused(fields):
    with pytest.raises(ValueError, match=r"schedule|group"):
        plot_fields(fields)
