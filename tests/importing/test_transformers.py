"""transformers' schedules, live and from TrainingArguments, are its own curves."""

import random
from types import SimpleNamespace

import pytest
import torch

from lehr.importing import CannotImport, from_torch, from_transformers
from lehr.importing.transformers_lambdas import named_lambda

DRAWN = random.Random(3)
KINDS = {
    "constant": lambda: {},
    "constant_with_warmup": lambda: {},
    "linear": lambda: {},
    "cosine": lambda: {"num_cycles": DRAWN.choice([0.5, 1.5])},
    "cosine_with_restarts": lambda: {"num_cycles": DRAWN.randint(1, 3)},
    "polynomial": lambda: {"lr_end": 1e-5, "power": DRAWN.choice([1.0, 2.0])},
    "inverse_sqrt": lambda: {"timescale": DRAWN.randint(20, 50)},
    "cosine_with_min_lr": lambda: {"min_lr": 1e-5},
    "cosine_warmup_with_min_lr": lambda: {"min_lr_rate": 0.1, "warmup_lr_rate": 0.2},
    "warmup_stable_decay": lambda: {
        "num_decay_steps": DRAWN.randint(5, 20),
        "decay_type": DRAWN.choice(["linear", "cosine", "1-sqrt"]),
        "min_lr_ratio": 0.1,
    },
}


@pytest.fixture(scope="module")
def optimization():
    return pytest.importorskip("transformers.optimization")


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schedule_is_what_transformers_gives(optimization, kind):
    for _ in range(5):
        warmup, total, more = DRAWN.randint(1, 15), 60, KINDS[kind]()
        on = optimizer()
        scheduler = optimization.get_scheduler(
            kind, on, warmup, total, scheduler_specific_kwargs=more
        )
        arguments = SimpleNamespace(
            learning_rate=1e-3,
            lr_scheduler_type=kind,
            lr_scheduler_kwargs=more,
            warmup_steps=warmup,
            max_steps=total,
        )
        mine = from_transformers(arguments), from_torch(scheduler)
        for t in range(70):
            rate = scheduler.get_last_lr()[0]
            assert [lr(t) for lr in mine] == pytest.approx([rate, rate], abs=1e-12)
            on.step()
            scheduler.step()


def test_a_live_schedule_is_a_formula_and_no_function(optimization):
    scheduler = optimization.get_cosine_schedule_with_warmup(optimizer(), 10, 100)
    assert "Counted" not in repr(from_torch(scheduler))
    row = torch.optim.lr_scheduler.SequentialLR(
        scheduler.optimizer,
        [scheduler, torch.optim.lr_scheduler.ConstantLR(scheduler.optimizer, 0.5)],
        [20],
    )
    assert "Counted" not in repr(from_torch(row))


def test_a_function_of_transformers_that_is_not_known_is_refused():
    def new(step):
        return 1.0

    new.__module__ = "transformers.optimization"
    with pytest.raises(
        CannotImport, match=r"new is a schedule of transformers.*recogn"
    ):
        named_lambda(new)


@pytest.mark.parametrize(
    ("given", "warmup"),
    [
        ({"warmup_steps": 7}, 7),
        ({"warmup_steps": 0.09}, 10),
        ({"warmup_ratio": 0.09}, 10),
        ({"warmup_ratio": 0.5, "warmup_steps": 3}, 3),
        ({}, 0),
    ],
)
def test_a_warmup_below_1_is_a_fraction_of_the_run_rounded_up(given, warmup):
    lr = from_transformers({"learning_rate": 1.0, "max_steps": 101, **given})
    assert lr(warmup) == 1.0
    assert lr(warmup + 1) < 1.0
    assert warmup == 0 or lr(warmup - 1) < 1.0


def test_defaults_are_those_of_the_trainer():
    lr = from_transformers({}, num_training_steps=100)
    assert (lr(0), lr(50), lr(100)) == (5e-5, 2.5e-5, 0.0)


def test_the_types_own_arguments_may_be_json():
    given = {"lr_scheduler_type": "cosine_with_min_lr", "max_steps": 10}
    lr = from_transformers(given | {"lr_scheduler_kwargs": '{"min_lr": 1e-5}'})
    assert lr(10) == pytest.approx(1e-5)


def test_max_steps_counts_and_not_what_was_told():
    lr = from_transformers({"max_steps": 10}, num_training_steps=100)
    assert lr(10) == 0.0


def test_what_needs_no_length_is_given_none():
    assert from_transformers({"lr_scheduler_type": "constant"})(9) == 5e-5
    given = {"lr_scheduler_type": "inverse_sqrt", "warmup_steps": 10}
    assert from_transformers(given)(40) == pytest.approx(2.5e-5)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({}, CannotImport, "'linear' needs the length of the run.*num_training_steps="),
        (
            {"lr_scheduler_type": "constant_with_warmup", "warmup_ratio": 0.1},
            CannotImport,
            "a warmup of 0.1 of the run needs the length",
        ),
        ({"lr_scheduler_type": "cosin"}, CannotImport, "did you mean 'cosine'"),
        ({"lr_scheduler_type": "qqq"}, CannotImport, "'qqq': known: linear, cosine"),
        (
            {"lr_scheduler_type": "reduce_lr_on_plateau"},
            CannotImport,
            "follows a metric.*PlateauScheduler",
        ),
        (
            {"max_steps": 9, "lr_scheduler_kwargs": {"num_cycle": 1}},
            CannotImport,
            "unknown 'num_cycle': known: num_warmup_steps",
        ),
        (
            {"max_steps": 9, "lr_scheduler_kwargs": "x"},
            TypeError,
            "lr_scheduler_kwargs must be a mapping, got 'x'",
        ),
        ({"warmup_steps": -1}, ValueError, "warmup_steps must be >= 0, got -1"),
        ({"warmup_ratio": 1.5}, ValueError, r"warmup_ratio must be in \[0, 1\]"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given, error, message):
    with pytest.raises(error, match=message):
        from_transformers(given)


def test_what_has_no_rate_is_refused():
    with pytest.raises(TypeError, match="arguments must be a TrainingArguments"):
        from_transformers(3)
