"""The facts of live schedulers, read without a step and without their frameworks."""

import subprocess
import sys

import pytest
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LRScheduler,
    SequentialLR,
    StepLR,
)

import lehr
from lehr.bindings.torch import Scheduler
from lehr.linting.subjects.live import is_live, of_live
from linting.others import RUN


def optimizer(*rates, kind=torch.optim.AdamW):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates
    ]
    return kind(groups)


def test_groups_that_differ_have_a_field_each():
    found = of_live(StepLR(optimizer(0.1, 0.2), 30))
    assert list(found.schedules) == ["lr.0", "lr.1"]
    assert found.schedules["lr.1"](30) == pytest.approx(0.02)
    assert list(of_live(StepLR(optimizer(0.1, 0.1), 30)).schedules) == ["lr"]


def test_the_optimizer_is_what_it_holds():
    found = of_live(StepLR(optimizer(0.1), 30)).optimizer
    assert found.kind == "adamw"
    assert (found.values["beta2"], found.values["weight_decay"]) == (0.999, 0.01)
    assert found.values["lr"] == 0.1


def test_a_horizon_is_that_of_the_parts():
    groups = optimizer(0.1)
    parts = [StepLR(groups, 30), CosineAnnealingLR(groups, 80)]
    origin = of_live(SequentialLR(groups, parts, [10])).origin["lr"]
    assert (origin.horizon, origin.live) == (90, True)


def test_a_wrapper_says_what_a_step_is():
    scheduler = CosineAnnealingLR(optimizer(0.1), 30)
    assert of_live(scheduler, RUN).origin["lr"].stepping.per == "epoch"
    assert of_live(scheduler, RUN).origin["lr"].run == 30
    by_step = {"scheduler": scheduler, "interval": "step"}
    assert of_live(by_step, RUN).origin["lr"].run == 3000
    seldom = of_live({**by_step, "frequency": 100}, RUN)
    assert seldom.origin["lr"].run == 30
    assert seldom.schedules["lr"](1500) == pytest.approx(0.05)
    by_part = of_live(scheduler, RUN, per="micro_batch").origin["lr"]
    assert by_part.run == 3000


def test_lehrs_own_has_all_its_fields_and_no_origin():
    rate, decay = lehr.Cosine(1.0, 0.0, 10), lehr.Constant(0.1)
    found = of_live(Scheduler(optimizer(0.1), lr=rate, weight_decay=decay))
    assert found.schedules == {"lr": rate, "weight_decay": decay}
    assert not found.origin


def test_a_function_of_ones_own_needs_a_run_that_ends_it():
    scheduler = LambdaLR(optimizer(0.1), lambda epoch: 0.5**epoch)
    assert not of_live(scheduler).schedules
    assert of_live(scheduler, RUN).schedules["lr"](1) == pytest.approx(0.05)


def test_a_class_of_ones_own_is_looked_at_without_its_curve():
    class Own(LRScheduler):
        def get_lr(self):
            return [0.1 for _ in self.optimizer.param_groups]

    found = of_live(Own(optimizer(0.1)))
    assert not found.schedules
    assert found.optimizer.kind == "adamw"
    assert "get_lr" in found.sections["problems"][0][0].message


def test_what_is_no_scheduler_is_refused():
    for other in (3, "StepLR", {"scheduler": {"name": "StepLR"}}, StepLR, optimizer):
        assert not is_live(other)
    with pytest.raises(TypeError, match="a state holds a count alone"):
        of_live(3)
    with pytest.raises(TypeError, match="lint knows no 'metrics'"):
        of_live(StepLR(optimizer(0.1), 3), metrics="loss")


def test_to_ask_imports_no_framework():
    code = (
        "import sys\n"
        "from lehr.linting.subjects.live import is_live\n"
        "from lehr.linting.subjects.foreign import is_foreign\n"
        "assert not is_live({}) and not is_foreign({})\n"
        "assert not {'torch', 'numpy', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
