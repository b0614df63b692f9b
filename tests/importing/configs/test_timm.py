"""timm's arguments give the schedule that timm's factory makes of them."""

import random
from types import SimpleNamespace

import pytest
import torch

from lehr import Constant, Plan
from lehr.config import ConfigError
from lehr.importing import from_config

DRAWN = random.Random(4)
KINDS = ("cosine", "tanh", "poly", "step", "constant", "multistep", "wsd", "rsqrt")


def arguments(kind):
    return {
        "sched": kind,
        "lr": 0.1,
        "epochs": 30,
        "warmup_epochs": DRAWN.choice([1, 5]),
        "warmup_lr": 1e-4,
        "warmup_prefix": DRAWN.random() < 0.5,
        "min_lr": DRAWN.choice([0.0, 1e-3]),
        "decay_rate": DRAWN.choice([0.1, 0.5]),
        "decay_epochs": DRAWN.choice([7, 0.3]) if kind in ("wsd", "rsqrt") else 7,
        "decay_milestones": [6, 20],
        "lr_cycle_mul": DRAWN.choice([1, 2]),
        "lr_cycle_decay": 0.5,
        "lr_cycle_limit": DRAWN.randint(1, 3),
        "lr_k_decay": 1.0,
        "lr_noise": DRAWN.choice([None, [0.2, 0.8]]),
        "seed": 11,
        "model": "resnet50",
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_updates", [False, True])
def test_the_schedule_is_that_of_timms_factory(timm_scheduler, kind, by_updates):
    for _ in range(3):
        given = arguments(kind) | {"sched_on_updates": by_updates}
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        theirs, _ = timm_scheduler.create_scheduler(
            SimpleNamespace(**given), optimizer, updates_per_epoch=4
        )
        plan = Plan(dataset_size=40, batch_size=10, epochs=30)
        lr = from_config(given, plan=plan if by_updates else None)
        for t in range(1, 70, 3):
            (theirs.step_update if by_updates else theirs.step)(t)
            rate = optimizer.param_groups[0]["lr"]
            assert lr(t) == pytest.approx(rate, rel=1e-9, abs=1e-12)


def test_a_command_line_has_train_pys_defaults():
    lr = from_config("train.py data --model resnet50 --sched cosine --lr 0.4 -b 64")
    assert (lr(0), lr(5) == lr(4), lr(300)) == (1e-5, False, 0.0)
    halves = from_config("--sched step --lr 1 --dr 0.5 --decay-epochs 9")
    assert halves(9) == 0.5
    assert from_config({"sched": "none", "lr": 0.1}) == Constant(0.1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"sched": "cosin"},
            'timm has no sched "cosin".*\n.*\n.*did you mean "cosine"',
        ),
        ({"lr_cycle_limt": 3}, 'no argument "lr_cycle_limt"(.*\n)*.*"lr_cycle_limit"'),
        ({"sched": "plateau"}, "PlateauLRScheduler follows a metric"),
        ({"sched": "wsd", "decay_epochs": 400}, r"decay_epochs must be in \(0, epochs"),
        ({"sched_on_updates": True}, "the updates of an epoch(.*\n)*.*pass plan=Plan"),
        ({"epochs": "x"}, "epochs must be a number, got 'x'"),
        ({"lr": None}, "have no lr(.*\n)*.*pass base=: without --lr, timm makes it"),
    ],
)
def test_what_is_wrong_or_missing_is_named(given, message):
    with pytest.raises(ConfigError, match=message):
        from_config({"sched": "cosine", "lr": 0.1, **given})
