"""fvcore's schedulers of schedulers, with figures of detectron2."""

import pytest

from lehr.dialects import dialect, named
from lehr.dialects.fvcore import SCHEDULERS
from lehr.schedules import Chain, Constant, Cosine, Linear


def curve(name, **arguments):
    return dialect("fvcore", f"{name}ParamScheduler").curve(**arguments)


def child(name, **arguments):
    return named(SCHEDULERS, f"{name}ParamScheduler", **arguments)


COSINE = child("Cosine", start_value=1.0, end_value=0.1)
LINE = child("Linear", start_value=1.0, end_value=0.0)


# Recorded from detectron2's LRMultiplier, updates 0, 1, 2, ...
FIGURES = [
    (
        child("MultiStep", values=[1, 0.1, 0.01], milestones=[6, 8], num_updates=10),
        {"warmup_factor": 0.001, "warmup_length": 0.3, "num_updates": 10},
        ".001 .334 .667 1 1 1 .1 .1 .01 .01 .01",
    ),
    (
        COSINE,
        {
            "warmup_factor": 0.01,
            "warmup_length": 4 / 12,
            "rescale_interval": True,
            "num_updates": 12,
        },
        ".01 .2575 .505 .7525 1 .965746 .868198 .722208 .55 .377792 .231802 .134254 "
        ".1 .134254",
    ),
    (
        COSINE,
        {"warmup_factor": 0.01, "warmup_length": 4 / 12, "num_updates": 12},
        ".01 .20125 .3925 .58375 .775 .666469 .55 .433531 .325 .231802 .160289 "
        ".115333 .1 .115333",
    ),
    (
        child("StepWithFixedGamma", base_value=1.0, num_decays=3, gamma=0.1),
        {
            "warmup_factor": 0.1,
            "warmup_length": 2 / 12,
            "warmup_method": "constant",
            "num_updates": 12,
        },
        ".1 .1 1 .1 .1 .1 .01 .01 .01 .001 .001",
    ),
]


@pytest.mark.parametrize(("scheduler", "arguments", "figures"), FIGURES)
def test_a_warmup_gives_the_figures_of_detectron2(scheduler, arguments, figures):
    ours = curve("Warmup", scheduler=scheduler, **arguments)
    for t, figure in enumerate(figures.split()):
        assert ours(t) == pytest.approx(float(figure), abs=1e-6)


def test_a_warmup_of_no_length_and_one_as_long_as_the_run():
    own = {"scheduler": LINE, "warmup_factor": 0.5, "num_updates": 10}
    none = curve("Warmup", **own, warmup_length=0.0)
    assert [none(0), none(5)] == [1.0, 0.5]
    late = curve("Warmup", **own, warmup_length=1.0, rescale_interval=True)
    assert [late(0), late(5), late(10)] == [0.5, 0.75, 0.0]


def test_parts_of_no_length_vanish_and_lengths_are_left_as_they_are():
    lengths = [0.0, 0.5, 0.4999]
    ours = curve(
        "Composite",
        schedulers=[LINE, child("Constant", value=0.3), COSINE],
        lengths=lengths,
        interval_scaling=["rescaled", "fixed", "rescaled"],
        num_updates=20,
    )
    assert ours == Chain((Constant(0.3, 10), ours.pieces[1]))
    assert ours.pieces[1].curve(10) == pytest.approx(Cosine(1.0, 0.1, 10).curve())
    assert lengths == [0.0, 0.5, 0.4999]
    ended = curve(
        "Composite",
        schedulers=[COSINE, LINE],
        lengths=[1.0, 0.0],
        interval_scaling=["rescaled"] * 2,
        num_updates=20,
    )
    assert [ended(10), ended(20), ended(99)] == [pytest.approx(0.55), 0.0, 0.0]


def test_composites_nest():
    inner = child("Warmup", scheduler=LINE, warmup_factor=0.5, warmup_length=0.5)
    inner_composite = child(
        "Composite",
        schedulers=[LINE, inner],
        lengths=[0.5, 0.5],
        interval_scaling=["rescaled", "rescaled"],
    )
    ours = curve(
        "Composite",
        schedulers=[child("Constant", value=2.0), inner_composite],
        lengths=[0.2, 0.8],
        interval_scaling=["rescaled", "rescaled"],
        num_updates=100,
    )
    line = Linear(1.0, 0.0, 40)
    assert [ours(t) for t in (0, 19)] == [2.0, 2.0]
    assert [ours(t) for t in (20, 40, 59)] == [1.0, 0.5, pytest.approx(line(39))]
    assert [ours(60), ours(80), ours(100)] == [0.5, 0.5, 0.0]
    no_warmup = child("Warmup", scheduler=LINE, warmup_factor=0.5, warmup_length=0.0)
    late = curve(
        "Composite",
        schedulers=[child("Constant", value=2.0), no_warmup],
        lengths=[0.2, 0.8],
        interval_scaling=["rescaled", "rescaled"],
        num_updates=100,
    )
    assert [late(19), late(20), late(60)] == [2.0, 1.0, 0.5]


WARMUP = {"warmup_factor": 0.1, "warmup_length": 0.1, "num_updates": 9}


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        (Constant(1.0), "scheduler must be a Named of fvcore's, got Constant"),
        (child("Constant", value=1.0, num_updates=5), "must not have num_updates"),
    ],
)
def test_refuses_what_is_no_scheduler_inside_another(scheduler, message):
    with pytest.raises(TypeError, match=message):
        curve("Warmup", scheduler=scheduler, **WARMUP)
