"""What is exported to a library is imported from it as the same curve."""

import re
from types import SimpleNamespace

import pytest
import torch

from lehr import (
    Constant,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Step,
    to_code,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)
from lehr.importing import (
    from_config,
    from_optax,
    from_timm,
    from_torch,
    from_transformers,
)

SCHEDULES = {
    "constant": Constant(0.1),
    "cosine": warmup_cosine(0.1, warmup=5, total=40, start=0.0, floor=0.01),
    "linear": warmup_linear(0.1, warmup=5, total=40, start=0.0),
    "stable": warmup_stable_decay(0.1, warmup=5, decay=12, total=40, start=0.0),
    "step": Step(0.1, 0.5, 7),
    "milestones": PiecewiseConstant((0.1, 0.01, 0.001), (8, 21)),
    "exponential": ExponentialDecay(0.1, 0.93),
    "polynomial": Polynomial(0.1, 0.0, 30, 2.0),
    "line": Linear(0.1, 0.02, 30),
}
TIMES = range(41)


def imported(text, name="schedule", **names):
    exec(text, names)
    return names[name], names


def optimizer(rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=rate)


def same(one, other, times=TIMES, rel=1e-12):
    values = [other(t) for t in times]
    assert [one(t) for t in times] == pytest.approx(values, rel=rel, abs=rel)


@pytest.mark.parametrize("name", SCHEDULES)
def test_torchs_scheduler_is_the_schedule(name):
    make, names = imported(to_code(SCHEDULES[name], "torch"))
    same(from_torch(make(optimizer(names["LR"]))), SCHEDULES[name], range(90))


@pytest.mark.parametrize("name", SCHEDULES)
def test_optaxs_function_is_the_schedule(name):
    pytest.importorskip("optax")
    function, _ = imported(to_code(SCHEDULES[name], "optax"))
    if function.__module__.startswith("optax"):
        same(from_optax(function), SCHEDULES[name], range(60), rel=1e-6)


@pytest.mark.parametrize("name", ["constant", "cosine", "stable", "step", "line"])
def test_timms_scheduler_is_the_schedule(timm_scheduler, name):
    make, names = imported(to_code(SCHEDULES[name], "timm"))
    same(from_timm(make(optimizer(names["LR"]))), SCHEDULES[name])


@pytest.mark.parametrize("name", ["constant", "cosine", "linear", "stable", "line"])
def test_transformers_arguments_are_the_schedule(name):
    # TrainingArguments look for devices when they are made; their fields do here.
    text = to_code(SCHEDULES[name], "transformers").replace("from transformers", "#")
    arguments, _ = imported(text, TrainingArguments=SimpleNamespace)
    same(from_transformers(arguments), SCHEDULES[name])


@pytest.mark.parametrize("name", ["constant", "cosine", "linear", "stable", "line"])
def test_megatrons_command_line_is_the_schedule(name):
    text = re.sub("(?m)^#.*$", "", to_code(SCHEDULES[name], "megatron"))
    same(from_config(text), SCHEDULES[name], range(90))


@pytest.mark.parametrize("name", ["cosine", "linear", "step", "exponential", "line"])
def test_composers_scheduler_by_its_words_is_the_schedule(name):
    text = to_code(SCHEDULES[name], "composer").partition("\n\n")[2]
    kind, given = re.search(r"schedule = (\w+)\((.*?)\)", text, re.DOTALL).groups()
    arguments = eval(f"dict({given})")
    rate = float(re.search(r"LR = (\S+)", text)[1])
    config = {"schedulers": {kind: arguments}, "max_duration": "40ba"}
    same(from_config(config, base=rate), SCHEDULES[name])
