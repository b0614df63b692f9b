"""The description that all renderers share: panels, names, ends, marks."""

import math
from types import SimpleNamespace

import pytest

import lehr
from lehr import Constant, Cosine, Linear, warm_restarts, warmup_cosine
from lehr.plan import BatchRamp, Plan
from lehr.plotting.scene import describe
from lehr.plotting.second_axis import second_axis
from lehr.plotting.subjects import panels_of

LR = warmup_cosine(1e-3, warmup=10, total=100)
PLAN = Plan(dataset_size=1_000, batch_size=10, sequence_length=8, epochs=3)


def names(subject, **options):
    scene = describe(subject, **options)
    return {panel.field: [c.name for c in panel.curves] for panel in scene.panels}


@pytest.mark.parametrize(
    ("subject", "panels"),
    [
        (LR, {"": [""]}),
        ([LR, Constant(1.0)], {"": ["1: linear, cosine", "2: constant"]}),
        ([LR, [(0, 1.0), (9, 0.5)]], {"": ["1: linear, cosine", "2"]}),
        ({"a": LR, "b": LR}, {"": ["a", "b"]}),
        ({"lr": LR, "mine": LR}, {"": ["lr", "mine"]}),
        ({"lr": LR, "weight_decay": LR}, {"lr": [""], "weight_decay": [""]}),
        ({"lr.head": LR, "lr.body": Constant(1.0)}, {"lr": ["head", "body"]}),
        ({"lr": {"a": LR, "b": LR}, "x": LR}, {"lr": [""], "x": [""]}),
        ([(0, 1.0), (1, math.nan), (2, 0.5)], {"": [""]}),
        ({"logged": [(0, 1.0)], "planned": LR}, {"": ["logged", "planned"]}),
    ],
)
def test_what_is_given_becomes_panels(subject, panels):
    assert names(subject) == panels


def test_a_document_has_a_panel_for_each_field_whatever_it_is_called():
    warmth = {"a": 1.0, "b": "linear(0, 1, 9)"}
    named = {"lr": "linear(1, 0, 9)", "warmth": warmth}
    config = lehr.read_config({"schedules": named})
    assert names(config) == {"lr": [""], "warmth": ["a", "b"]}


def test_what_has_schedules_and_a_plan_brings_both():
    scene = describe(SimpleNamespace(schedules={"lr": LR}, plan=PLAN))
    assert (scene.unit, scene.end) == ("epochs", 300)


@pytest.mark.parametrize("subject", [{}, [], (), "cosine", 3, {"lr": {}}, {"lr": 0.1}])
def test_nothing_to_draw_is_refused(subject):
    with pytest.raises(ValueError, match=r"schedule|group"):
        describe(subject)


def test_a_group_has_one_style_in_every_panel():
    groups = {"body": LR, "head": 2 * LR}
    scene = describe({"lr": groups, "momentum": dict(reversed(groups.items()))})
    styles = [{c.name: c.style for c in panel.curves} for panel in scene.panels]
    assert styles[0] == styles[1] == {"body": 0, "head": 1}


@pytest.mark.parametrize(
    ("subject", "options", "end"),
    [
        (LR, {}, 100),
        (LR, {"steps": 30, "marks": {"late": 400}}, 30),
        (LR, {"marks": {"late": 400}}, 400),
        (LR, {"plan": PLAN}, 300),
        (Constant(1.0), {"plan": PLAN}, 300),
        (warm_restarts(1.0, period=50), {"plan": PLAN}, 300),
        (Linear(1.0, 0.0, 900), {"plan": PLAN}, 900),
        (LR, {"applied": [(0, 1.0), (250, 0.5)]}, 250),
        (Constant(1.0), {}, 100),
        (Linear(0.0, 1.0, 1), {}, 1),
        ([(0, 1.0)], {}, 1),
    ],
)
def test_a_picture_ends_where_all_of_it_is_seen(subject, options, end):
    assert describe(subject, **options).end == end


def test_phases_are_those_that_all_curves_have():
    shared = describe({"a": LR, "b": 2 * LR}).panels[0]
    assert [phase.name for phase in shared.phases] == ["warmup", "decay"]
    assert describe({"a": LR, "b": Constant(1.0)}).panels[0].phases == ()
    assert len(describe(warm_restarts(1.0, period=10), steps=45).panels[0].phases) == 5
    assert len(describe(warm_restarts(1.0, period=1), steps=999).panels[0].phases) == 1


def marked(subject, **options):
    return [(m.t, m.text) for m in describe(subject, **options).panels[0].marks]


def test_moments_are_annotated():
    assert marked(LR) == [(10, "peak 1e-3"), (100, "end 0")]
    assert marked(Linear(0.0, 1.0, 9)) == [(9, "end 1")]
    assert marked(warm_restarts(1.0, period=40), steps=90) == [
        (0, "start 1"),
        (40, "restart"),
        (80, "restart"),
    ]
    assert marked(Constant(1.0)) == []
    assert marked(LR, milestones=False) == []
    many = warm_restarts(1.0, period=2)
    assert marked(many, steps=100) == [(0, "start 1")]


def test_marks_of_the_user_are_updates_or_durations():
    marks = {"save": 50, "half": "50%", "epoch": "1ep", "late": "2k"}
    found = marked(LR, marks=marks, plan=PLAN, milestones=False, steps=300)
    assert found == [(50, "save 50"), (150, "half 150"), (100, "epoch 100")]
    assert marked(LR, marks={"half": "50%"}, milestones=False) == [(50, "half 50")]


def test_the_end_of_a_run_is_marked_where_a_schedule_is_longer():
    found = marked(Linear(1.0, 0.0, 900), plan=PLAN, milestones=False)
    assert found == [(300, "run ends")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"marks": {"x": -1}}, "mark 'x' must be an update >= 0, got -1"),
        ({"marks": {"x": "3ep"}}, "mark 'x' at '3ep' needs a plan"),
        ({"marks": [5000]}, "marks must be a mapping of name to update"),
        ({"unit": "weeks"}, "unit must be one of epochs, samples, tokens"),
        ({"unit": "tokens"}, "an axis in tokens needs the run; pass plan="),
        (
            {"applied": {"momentum": [(0, 1.0)]}},
            "applied has nothing of lr; it has mom",
        ),
        ({"steps": math.inf}, "steps must be > 0 and finite"),
    ],
)
def test_what_cannot_be_described_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        describe(LR, **options)


def test_applied_values_go_to_their_fields():
    two = {"lr": LR, "momentum": Constant(0.9)}
    run = SimpleNamespace(
        names=("lr", "momentum/head", "loss"),
        column=lambda name: ([0, 1, 2], [0.1, "text", 0.2]),
    )
    scene = describe(two, applied=run)
    shown = [[(c.name, len(c.source)) for c in p.applied] for p in scene.panels]
    assert shown == [[("applied", 2)], [("head applied", 2)]]
    with pytest.raises(ValueError, match="must say the field of its values, one of lr"):
        describe(two, applied=[(0, 1.0)])


# ----------------------------------------------------------------------- second axis


def test_the_second_axis_counts_what_the_plan_counts():
    assert second_axis(PLAN, "epochs", 300, 4).ticks == (
        (0.0, "0"),
        (100.0, "1"),
        (200.0, "2"),
        (300.0, "3"),
    )
    for unit in ("samples", "tokens"):
        axis = second_axis(PLAN, unit, 300, 5)
        reached = [getattr(PLAN, f"{unit}_at")(round(t)) for t, _ in axis.ticks]
        read = [float(text.replace("k", "e3")) for _, text in axis.ticks]
        assert reached == pytest.approx(read, rel=0.02)


def test_the_second_axis_follows_a_batch_that_grows():
    ramp = BatchRamp(sizes=(10,), until=(100,))
    plan = Plan(batch_size=10, accumulation=2, updates=200, ramp=ramp)
    places = dict((text, t) for t, text in second_axis(plan, "samples", 200, 4).ticks)
    assert places["1k"] == 100
    assert places["2k"] == 150


def test_the_second_axis_of_a_short_or_narrow_picture_has_two_ticks():
    for end in (1, 2.5, 7):
        assert len(second_axis(PLAN, "epochs", end, 1).ticks) > 1


def test_the_second_axis_of_a_wide_picture_has_as_many_ticks_as_there_is_room():
    assert [text for _, text in second_axis(PLAN, "epochs", 300, 9).ticks][1] == "0.5"
    assert len(second_axis(PLAN, "epochs", 300, 40).ticks) == 31


def test_a_unit_that_the_plan_lacks_is_refused():
    plan = Plan(batch_size=10, updates=100)
    assert describe(LR, plan=plan).unit == "samples"
    with pytest.raises(ValueError, match="an axis in epochs needs dataset_size"):
        describe(LR, plan=plan, unit="epochs")


def test_panels_know_the_fields_by_their_first_part():
    both = {"lr.a": Cosine(1.0, 0.0, 9), "beta2": Constant(0.9)}
    assert {f: list(c) for f, c in panels_of(both).items()} == {
        "lr": ["a"],
        "beta2": [""],
    }
