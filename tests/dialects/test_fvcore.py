"""fvcore's schedulers: its documentation, its edges, and where it fails."""

import cmath
from inspect import Parameter, signature

import pytest
from fvcore.common import param_scheduler

from lehr.config import read_schedule, write_schedule
from lehr.dialects import dialect, named
from lehr.dialects.fvcore import SCHEDULERS
from lehr.schedules import Constant, PiecewiseConstant


def curve(name, **arguments):
    return dialect("fvcore", f"{name}ParamScheduler").curve(**arguments)


def child(name, **arguments):
    return named(SCHEDULERS, f"{name}ParamScheduler", **arguments)


COSINE = child("Cosine", start_value=1.0, end_value=0.1)
LINE = child("Linear", start_value=1.0, end_value=0.0)


def test_every_scheduler_of_fvcore_is_there():
    theirs = set(param_scheduler.__all__) - {"ParamScheduler"}
    assert {e.name for e in SCHEDULERS} == theirs | {"WarmupParamScheduler"}


@pytest.mark.parametrize("entry", SCHEDULERS[:-1], ids=lambda entry: entry.name)
def test_parameters_are_those_of_fvcore_and_the_length_of_the_run(entry):
    theirs = set(signature(getattr(param_scheduler, entry.name)).parameters)
    ours = set(signature(entry.curve).parameters)
    assert ours - {"exact"} == theirs | {"num_updates"}
    assert entry.exact == ("exact" in ours)
    assert (entry.horizon, entry.absolute) == ("num_updates", True)
    assert {*entry.lengths} <= ours


def test_three_ways_to_write_the_same_milestones():
    same = PiecewiseConstant((1.0, 0.1, 0.01), (30, 60))
    own = {"values": [1, 0.1, 0.01], "num_updates": 90}
    assert curve("MultiStep", **own) == same
    assert curve("MultiStep", **own, milestones=[30, 60]) == same
    assert curve("MultiStep", **own, milestones=[3, 6, 9]) == same


def test_a_long_run_changes_where_documented_or_exactly_as_early_as_fvcore():
    own = {"values": [1.0, 0.5], "milestones": [10**6], "num_updates": 3 * 10**6}
    theirs = param_scheduler.MultiStepParamScheduler(**own)
    assert theirs((10**6 - 2) / (3 * 10**6)) == 0.5
    assert curve("MultiStep", **own).boundaries == (10**6,)
    assert curve("MultiStep", **own, exact=True).boundaries == (10**6 - 3,)
    soon = own | {"milestones": [1]}
    assert param_scheduler.MultiStepParamScheduler(**soon)(0.0) == 0.5
    assert curve("MultiStep", **soon, exact=True) == Constant(0.5)
    nested = child("MultiStep", **own)
    both = {"scheduler": nested, "warmup_factor": 0.1, "warmup_length": 0.0}
    ours = curve("Warmup", **both, num_updates=3 * 10**6, exact=True)
    assert ours.boundaries == (10**6 - 3,)


def test_what_goes_on_after_the_run_and_what_is_held():
    end = {"num_updates": 10}
    line = curve("Linear", start_value=1.0, end_value=0.5, **end)
    assert [line(10), line(20), line(10**6)] == [0.5, 0.0, pytest.approx(-49999.0)]
    assert curve("Linear", start_value=1.0, end_value=1.0, **end) == Constant(1.0)
    assert line[:10](10**6) == 0.5
    for power in (1, 2, 3.0, 7):
        ours = curve("PolynomialDecay", base_value=1.0, power=power, **end)
        theirs = param_scheduler.PolynomialDecayParamScheduler(1.0, power)
        for t in (3, 10, 15, 400, 10**4):
            assert ours(t) == pytest.approx(theirs(t / 10), rel=1e-12)
    broken = param_scheduler.PolynomialDecayParamScheduler(1.0, 0.9)
    assert cmath.phase(broken(1.5)) != 0
    ours = curve("PolynomialDecay", base_value=1.0, power=0.9, **end)
    assert ours(15) == 0.0
    huge = curve("PolynomialDecay", base_value=1.0, power=2000, **end)
    assert huge(20) == 1.0
    growth = curve("Exponential", start_value=1.0, decay=10.0, **end)
    assert growth(20) == pytest.approx(100.0)
    assert 1e300 < growth(10**9) < float("inf")
    values = {"values": [1.0, 0.5]}
    assert curve("Step", **values, **end)(10**9) == 0.5


STEPS = {"values": [1.0, 0.5, 0.1], "num_updates": 90}
TWO = {"schedulers": [LINE] * 2, "num_updates": 9}
WARMUP = {"warmup_factor": 0.1, "warmup_length": 0.1, "num_updates": 9}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Constant", {"value": 1.0, "num_updates": 0}, "num_updates must be > 0"),
        (
            "Exponential",
            {"start_value": 1.0, "decay": 0, "num_updates": 9},
            "decay must be > 0",
        ),
        ("MultiStep", STEPS | {"milestones": [1]}, "got 1 milestones and 3 values"),
        ("MultiStep", STEPS | {"milestones": [60, 30]}, "milestones must increase"),
        ("MultiStep", STEPS | {"milestones": [30, 90]}, "end before num_updates"),
        ("MultiStep", STEPS | {"num_updates": 2}, "num_updates"),
        ("MultiStep", STEPS | {"milestones": [0, 1, 2]}, r"milestones\[0\] must be >="),
        ("Step", {"values": [], "num_updates": 9}, "values must be a list of at least"),
        (
            "Composite",
            TWO | {"lengths": [1.0], "interval_scaling": ["fixed"] * 2},
            "of one length, >= 1, got 2, 1 and 2",
        ),
        (
            "Composite",
            TWO | {"lengths": [0.5, 0.4], "interval_scaling": ["fixed"] * 2},
            "lengths must add up to 1, got 0.9",
        ),
        (
            "Composite",
            TWO | {"lengths": [0.5, 0.5], "interval_scaling": ["fixed", "scaled"]},
            r"interval_scaling\[1\] must be one of",
        ),
        ("Warmup", WARMUP | {"scheduler": LINE, "warmup_length": 2}, "warmup_length"),
        (
            "Warmup",
            WARMUP | {"scheduler": LINE, "warmup_method": "cosine"},
            "warmup_method must be one of linear, constant",
        ),
        (
            "Warmup",
            WARMUP | {"scheduler": child("MultiStep", values=[1.0])},
            "give num_updates or milestones",
        ),
    ],
)
def test_refuses_what_cannot_be_meant(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        curve(name, **arguments)


@pytest.mark.parametrize("entry", SCHEDULERS, ids=lambda entry: entry.name)
def test_every_curve_can_be_written_as_text(entry):
    needed = [
        name
        for name, parameter in signature(entry.curve).parameters.items()
        if parameter.default is Parameter.empty
    ]
    arguments = dict.fromkeys(needed, 0.5) | {"num_updates": 9}
    lists = {"values": [1.0, 0.5], "schedulers": [LINE, COSINE], "lengths": [0.5, 0.5]}
    lists |= {"interval_scaling": ["fixed"] * 2, "scheduler": COSINE, "num_decays": 3}
    ours = entry.curve(**arguments | {k: v for k, v in lists.items() if k in needed})
    assert read_schedule(write_schedule(ours)) == ours
