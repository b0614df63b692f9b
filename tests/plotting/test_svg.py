"""SVG pictures: well-formed, inside their frame, told apart, light and dark."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from lehr import Chain, Constant, Cosine, Linear, warmup_cosine, warmup_stable_decay
from lehr.plan import Plan
from lehr.plotting import draw_svg
from lehr.plotting.palette import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"
RECIPE = warmup_stable_decay(3e-4, warmup=500, decay=500, total=2_000)


def parsed(*arguments, **options):
    return ElementTree.fromstring(draw_svg(*arguments, **options))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def of_class(root, name):
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def points(path):
    numbers = re.findall(r"-?[\d.]+", path.get("d"))
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [(float(x), float(y)) for x, y in pairs]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_every_schedule_is_drawn_inside_its_frame(schedule, log):
    root = parsed(schedule, log=log, width=500, height=300)
    [curve] = of_class(root, "curve")
    for x, y in points(curve):
        assert 61.9 <= x <= 482.1
        assert 0 <= y <= 262.1


def test_a_ramp_goes_from_the_lower_left_to_the_upper_right():
    [curve] = of_class(parsed(Linear(0.0, 1.0, 100)), "curve")
    (x0, y0), (x1, y1) = points(curve)[0], points(curve)[-1]
    assert x0 < x1
    assert y0 > y1


def test_a_jump_is_a_vertical_line():
    [curve] = of_class(parsed(Chain((Constant(1.0, 50), Constant(0.2, 50)))), "curve")
    corners = points(curve)
    assert len(corners) == 4
    assert corners[1][0] == corners[2][0]


def test_the_phases_of_one_schedule_are_shaded_and_named():
    root = parsed(RECIPE)
    assert {"warmup: linear", "stable: constant", "decay: linear"} <= set(texts(root))
    assert len(of_class(root, "shade")) == 2
    assert len(of_class(root, "joint")) == 2


def test_several_schedules_are_told_apart_by_colour_and_dashes():
    root = parsed({f"curve {i}": Cosine(1.0, 0.1 * i, 100) for i in range(7)})
    classes = [e.get("class") for e in of_class(root, "curve")]
    assert len(set(classes)) == 7
    assert len(classes) == 14  # each in the picture and in the legend
    assert [t for t in texts(root) if "curve" in t] == [f"curve {i}" for i in range(7)]
    assert len(set(LIGHT)) == len(set(DARK)) == 7


def test_a_legend_that_is_too_wide_goes_on_in_the_next_row():
    names = {f"a rather long name {i}": Constant(1.0) for i in range(8)}
    rows = {
        e.get("y")
        for e in parsed(names, width=400).iter(f"{SVG}text")
        if "name" in e.text
    }
    assert len(rows) > 2


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_and_title_are_safe(name, title):
    root = parsed({name: Constant(1.0)}, title=title)
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script"))


def test_a_name_cannot_bring_markup_in():
    text = draw_svg({"<script>x</script>": Constant(1.0)}, title='"><b>')
    assert "<script" not in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    ("theme", "grounds"),
    [("light", ["#ffffff"]), ("dark", ["#15181d"]), ("auto", ["#ffffff", "#15181d"])],
)
def test_each_theme_has_its_ground(theme, grounds):
    text = draw_svg(RECIPE, theme=theme)
    assert re.findall(r"\.ground\{fill:(#\w+)\}", text) == grounds
    assert ("prefers-color-scheme: dark" in text) == (theme == "auto")


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("colors", "ground"), [(LIGHT, "#ffffff"), (DARK, "#15181d")])
def test_each_curve_stands_out_from_its_ground(colors, ground):
    for color in colors:
        low, high = sorted((luminance(color), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 2.9, color


def test_zero_is_labelled_on_a_logarithmic_axis():
    recipe = warmup_cosine(3e-4, warmup=100, total=5_000)
    assert "0" in texts(parsed(recipe, log=True))
    assert "updates" in texts(parsed(recipe, log=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 100}, "at least 200 by 120 pixels, got width=100"),
        ({"theme": "pink"}, "theme must be light, dark or auto, got 'pink'"),
        ({"steps": 0}, "steps must be > 0"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        draw_svg(RECIPE, **options)


def test_no_schedule_is_refused():
    with pytest.raises(ValueError, match="at least one schedule"):
        draw_svg({})


def test_a_picture_tells_what_it_shows_without_being_seen():
    root = parsed({"lr": RECIPE, "momentum": Constant(0.9)}, title="a <run>")
    assert (root.get("role"), root.get("aria-label")) == ("img", "a <run>")
    assert root.find(f"{SVG}title").text == "a <run>"
    about = root.find(f"{SVG}desc").text
    assert "warmup: linear, updates 0 to 500" in about
    assert "momentum, steps 0" in about


def test_pictures_on_one_page_do_not_change_each_other():
    for rule in re.findall(r"[^{}]+(?=\{)", parsed(RECIPE)[2].text or ""):
        assert rule.startswith((".lehr-auto ", "@media"))


def test_moments_are_named_where_nothing_else_is():
    root = parsed(RECIPE, marks={"save": 1_200}, width=500)
    shown = {"peak 3e-4", "end 0", "save 1.2k"}
    assert shown <= set(texts(root))
    assert len(of_class(root, "moment")) == 2
    [rule] = of_class(root, "rule")
    assert rule.get("d").startswith(f"M{62 + 420 * 0.6:.1f} ")


def test_a_second_axis_and_what_was_applied():
    plan = Plan(dataset_size=1_000, batch_size=1, epochs=2)
    root = parsed(RECIPE, plan=plan, applied=[(t, RECIPE(t)) for t in range(1_500)])
    assert {"updates", "epochs", "planned", "applied"} <= set(texts(root))
    dots = [e for e in of_class(root, "applied") if e.get("d").count("h0") > 1]
    assert len(dots) == 1
    assert 40 <= dots[0].get("d").count("h0") <= 60


def test_panels_are_equally_high_and_many_names_make_a_picture_higher():
    fields = {
        "lr": {f"group {i}": Constant(float(i)) for i in range(30)},
        "eps": RECIPE,
    }
    root = parsed(fields, height=120, width=200)
    assert int(root.get("height")) > 240
    levels = [
        [
            float(e.get("d").split()[1].partition("L")[0])
            for e in of_class(panel, "grid")
        ]
        for panel in of_class(root, "panel")
    ]
    heights = {round(max(ys) - min(ys)) for ys in levels}
    assert len(heights) == 1


def test_a_notebook_asks_a_schedule_for_its_picture():
    root = ElementTree.fromstring(Cosine(1.0, 0.0, 100)._repr_svg_())
    assert texts(root).count("Cosine(start=1.0, end=0.0, steps=100)") == 1


def test_ten_curves_cost_less_than_20_ms():
    # In a process of its own: measuring coverage costs more than drawing.
    code = """if True:
        import time
        from lehr import warmup_cosine
        from lehr.plotting import draw_svg
        ten = {f"{i}": warmup_cosine(i, warmup=99, total=9_999) for i in range(1, 11)}
        times = []
        for _ in range(9):
            start = time.process_time()
            draw_svg(ten)
            times.append(time.process_time() - start)
        print(min(times))
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    assert float(done.stdout) < 0.02


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_no_rule_of_style_reaches_another_picture_of_the_page(theme):
    root = parsed({f"curve {i}": Constant(float(i)) for i in range(9)}, theme=theme)
    style = next(part.text for part in root.iter() if part.tag.endswith("style"))
    selectors = re.findall(r"([^{}]+)\{[^{}]+\}", style.replace("@media", "}@media"))
    assert len(selectors) > 15
    for each in (one for group in selectors for one in group.split(",")):
        assert each.strip().startswith(f".lehr-{theme} "), each
