"""timm's schedulers: complete, timm's signatures, text; agreement/ has the values."""

import random

import pytest

from dialects.timm_oracle import CURVES, MAKERS
from lehr.config import read_schedule, write_schedule
from lehr.dialects.timm import SCHEDULERS


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", MAKERS)
def test_every_curve_can_be_written_as_text(name, seed):
    arguments = MAKERS[name](random.Random(f"text {name} {seed}"))
    if callable(arguments.get("decay_fn")):
        arguments["decay_fn"] = "cosine"
    curve = CURVES[name](0.1, **arguments)
    assert read_schedule(write_schedule(curve)) == curve


def test_every_scheduler_of_timm_is_there(timm_scheduler):
    theirs = {x for x in vars(timm_scheduler) if x.endswith("LRScheduler")}
    assert {d.name for d in SCHEDULERS} == theirs
    assert set(MAKERS) == set(CURVES)


@pytest.mark.parametrize("dialect", SCHEDULERS, ids=lambda d: d.name)
def test_parameters_and_defaults_are_those_of_timm(timm_scheduler, dialect):
    from inspect import Parameter, signature

    theirs = dict(signature(getattr(timm_scheduler, dialect.name)).parameters)
    ours = dict(signature(dialect.curve or dialect.metric_driven).parameters)
    theirs = {k: p.default for k, p in theirs.items() if k != "initialize"}
    ours = {k: p.default for k, p in ours.items() if k != "base"}
    del theirs["optimizer"]
    assert ours == theirs
    assert Parameter.empty in ours.values() or dialect.metric_driven
    assert {*dialect.lengths, dialect.horizon} <= {*ours, None}
