"""transformers' schedules: its published figures, its Trainer's clock, its edges."""

from inspect import Parameter, signature

import pytest
import torch
from transformers.optimization import TYPE_TO_SCHEDULER_FUNCTION, get_scheduler
from transformers.trainer_utils import SchedulerType

from lehr.config import read_schedule, write_schedule
from lehr.dialects import dialect, transformers
from lehr.dialects.transformers import SCHEDULERS
from lehr.schedules import Constant

RUN = {"num_warmup_steps": 2, "num_training_steps": 10}
WSD = {"num_warmup_steps": 3, "num_stable_steps": 3, "num_decay_steps": 4}
NAN = float("nan")
# Recorded from transformers, base 1, updates 0, 1, 2, ...
FIGURES = [
    ("linear", RUN, "0 .5 1 .875 .75 .625 .5 .375 .25 .125 0 0 0"),
    (
        "cosine",
        RUN,
        "0 .5 1 .96194 .853553 .691342 .5 .308658 .146447 .03806 0 .03806 .146447",
    ),
    (
        "polynomial",
        RUN | {"lr_end": 0.1},
        "0 .5 1 .8875 .775 .6625 .55 .4375 .325 .2125 .1 .1 .1",
    ),
    (
        "cosine_with_restarts",
        RUN | {"num_cycles": 2},
        "0 .5 1 .853553 .5 .146447 1 .853553 .5 .146447 0 0 0",
    ),
    (
        "warmup_stable_decay",
        WSD | {"min_lr_ratio": 0.1, "decay_type": "linear"},
        ".1 .4 .7 1 1 1 1 .775 .55 .325 .1 .1 .1",
    ),
    (
        "warmup_stable_decay",
        WSD | {"min_lr_ratio": 0.1, "decay_type": "1-sqrt"},
        ".1 .4 .7 1 1 1 1 .55 .363604 .220577 .1",
    ),
    (
        "inverse_sqrt",
        {"num_warmup_steps": 4},
        "0 .25 .5 .75 1 .894427 .816497 .755929 .707107",
    ),
]


def curve(name, base=1.0, **arguments):
    return dialect("transformers", name).curve(base, **arguments)


def optimizer_with(*rates, default=1.0):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": r} for r in rates]
    return torch.optim.SGD(groups, lr=default)


@pytest.mark.parametrize(("name", "arguments", "figures"), FIGURES)
def test_gives_the_figures_of_transformers(name, arguments, figures):
    ours = curve(name, **arguments)
    for t, figure in enumerate(figures.split()):
        assert ours(t) == pytest.approx(float(figure), abs=1e-6)


def test_names_are_the_scheduler_types():
    assert [d.name for d in SCHEDULERS] == [kind.value for kind in SchedulerType]


@pytest.mark.parametrize("name", [d.name for d in SCHEDULERS[:-5] + SCHEDULERS[-4:-1]])
def test_parameters_and_defaults_are_those_of_transformers(name):
    theirs = dict(signature(TYPE_TO_SCHEDULER_FUNCTION[name]).parameters)
    ours = dict(signature(dialect("transformers", name).curve).parameters)
    ours.pop("lr_init", None)
    assert {k: p.default for k, p in ours.items() if k != "base"} == {
        k: p.default for k, p in theirs.items() if k != "optimizer"
    }


def test_greedy_takes_what_greedy_takes_and_refuses_it():
    theirs = signature(__import__("transformers").optimization.GreedyLR).parameters
    ours = signature(transformers.greedy).parameters
    assert {k: p.default for k, p in ours.items()} == {
        k: p.default for k, p in theirs.items() if k != "optimizer"
    }
    with pytest.raises(ValueError, match=r"greedy raises .* patience=3"):
        dialect("transformers", "greedy").metric_driven(patience=3)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("linear", {}),
        ("cosine", {"num_cycles": 1.5}),
        ("constant", {}),
        ("constant_with_warmup", {}),
        ("inverse_sqrt", {}),
        ("cosine_with_min_lr", {"min_lr_rate": 0.1}),
        ("warmup_stable_decay", {"num_decay_steps": 4}),
    ],
)
def test_a_loop_that_steps_after_each_update_uses_our_values(name, own):
    optimizer = optimizer_with(0.3, 2.0)
    theirs = get_scheduler(name, optimizer, 3, 12, dict(own))
    curves = [transformers.get_scheduler(name, 3, 12, own).curve(b) for b in (0.3, 2.0)]
    for t in range(20):
        used = [group["lr"] for group in optimizer.param_groups]
        assert used == pytest.approx([ours(t) for ours in curves], abs=1e-14)
        optimizer.step()
        theirs.step()


def test_get_scheduler_passes_on_what_transformers_does():
    built = transformers.get_scheduler(SchedulerType.INVERSE_SQRT, 4, 99)
    assert built.arguments == {"num_warmup_steps": 4}
    assert transformers.get_scheduler("constant", 4, 9, {"a": 1}).arguments == {}
    plateau = transformers.get_scheduler("reduce_lr_on_plateau", 4, 9, {"patience": 1})
    assert plateau.arguments == {"patience": 1}
    with pytest.raises(ValueError, match="num_warmup_steps must be given for cosine"):
        transformers.get_scheduler("cosine")
    with pytest.raises(ValueError, match="num_training_steps must be given for linear"):
        transformers.get_scheduler("linear", 1)
    with pytest.raises(ValueError, match="did you mean 'cosine'"):
        transformers.get_scheduler("cosin", 1, 2)


@pytest.mark.parametrize("warmup", [10, 25])
def test_a_warmup_that_fills_the_run_ends_where_the_run_does(warmup):
    run = {"num_warmup_steps": warmup, "num_training_steps": 10}
    assert [curve("linear", **run)(t) for t in (warmup - 1, warmup, 99)] == [
        (warmup - 1) / warmup,
        0.0,
        0.0,
    ]
    ours = curve("polynomial", **run, lr_end=0.1)
    assert [ours(warmup), ours(10**6)] == [0.1, 0.1]
    ours = curve("cosine_with_restarts", **run)
    assert [ours(warmup), ours(warmup + 1)] == [1.0, 0.0]


def test_every_restart_on_an_update_is_one():
    ours = curve(
        "cosine_with_restarts",
        num_warmup_steps=0,
        num_training_steps=98 * 7,
        num_cycles=49,
    )
    assert {ours(t) for t in range(0, 98 * 7, 14)} == {1.0}
    assert ours(98 * 7 - 1) < 0.02
    kept = {"num_cycles": 49}
    theirs = get_scheduler("cosine_with_restarts", optimizer_with(1.0), 0, 98, kept)
    lost = [t for t in range(0, 98, 2) if theirs.lr_lambdas[0](t) < 0.5]
    assert len(lost) == 7


def test_the_floors_of_groups_are_rates_or_as_in_transformers_parts_of_the_default():
    own = {"num_training_steps": 10, "num_warmup_steps": 0}
    for name, floor in (("polynomial", "lr_end"), ("cosine_with_min_lr", "min_lr")):
        assert curve(name, 4.0, **own, **{floor: 0.1})(10) == 0.1
        theirs = get_scheduler(name, optimizer_with(4.0), 0, 10, {floor: 0.1})
        ours = curve(name, 4.0, **own, **{floor: 0.1}, lr_init=1.0)
        assert ours(10) == pytest.approx(4.0 * theirs.lr_lambdas[0](10)) == 0.4


def test_a_stable_part_is_what_the_others_leave_and_may_be_less_than_none():
    own = {"num_warmup_steps": 3, "num_decay_steps": 10, "decay_type": "linear"}
    ours = curve("warmup_stable_decay", **own, num_training_steps=8)
    assert [ours(t) for t in (3, 4, 8)] == pytest.approx([0.5, 0.4, 0.0])
    ours = curve("warmup_stable_decay", **own, num_training_steps=2)
    assert [ours(2), ours(3)] == [pytest.approx(2 / 3), 0.0]
    both = curve("warmup_stable_decay", **WSD, num_training_steps=1000)
    assert both == curve("warmup_stable_decay", **WSD)


@pytest.mark.parametrize("base", [1.0, -1.0])
def test_a_floor_on_the_other_side_of_zero_is_not_reached(base):
    theirs = get_scheduler("cosine_with_min_lr", optimizer_with(1.0), 2, 10,
                           {"min_lr_rate": -0.5})  # fmt: skip
    ours = curve("cosine_with_min_lr", base, **RUN, min_lr_rate=-0.5)
    multipliers = [theirs.lr_lambdas[0](t) for t in range(30)]
    assert multipliers[10] == 0.0 < multipliers[5]
    assert [ours(t) for t in range(30)] == pytest.approx(
        [base * m for m in multipliers]
    )


def test_plateau_is_that_of_torch():
    driven = dialect("transformers", "reduce_lr_on_plateau").metric_driven(patience=3)
    cuts = [verdict.cut for verdict in driven.controller.replay([1.0] * 6)]
    assert cuts.index(True) + 1 == 5
    assert driven.eps == 1e-8


def test_a_constant_needs_no_warmup():
    assert curve("constant_with_warmup", num_warmup_steps=0) == Constant(1.0)
    assert curve("cosine", **RUN, num_cycles=0)(10**9) == 1.0


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("linear", RUN | {"num_warmup_steps": -1}, "num_warmup_steps must be >= 0"),
        ("linear", RUN | {"num_training_steps": -1.5}, "must be >= 0 and finite, got"),
        ("linear", RUN | {"last_epoch": 3}, "last_epoch must be -1, got 3"),
        ("cosine", RUN | {"num_cycles": float("inf")}, "num_cycles must be finite"),
        ("cosine_with_restarts", RUN | {"num_cycles": NAN}, "num_cycles must be finit"),
        ("polynomial", RUN | {"lr_end": 1.0}, "lr_end must be below .* 1.0, got 1.0"),
        ("polynomial", RUN | {"power": 0}, "power must be > 0"),
        ("polynomial", RUN | {"lr_init": 0}, "lr_init must be > 0 and finite, got 0"),
        ("inverse_sqrt", {"num_warmup_steps": 1, "timescale": 0}, "timescale must be"),
        ("cosine_with_min_lr", RUN, "just one of min_lr and min_lr_rate"),
        (
            "cosine_with_min_lr",
            RUN | {"min_lr": 0.1, "min_lr_rate": 0.1},
            "just one of min_lr and min_lr_rate",
        ),
        ("cosine_with_min_lr", RUN | {"min_lr": NAN}, "min_lr must be finite, got nan"),
        ("warmup_stable_decay", WSD | {"decay_type": "sqrt"}, "decay_type .* '1-sqrt'"),
        ("warmup_stable_decay", WSD | {"min_lr_ratio": NAN}, "min_lr_ratio must be fi"),
        (
            "warmup_stable_decay",
            {"num_warmup_steps": 1, "num_decay_steps": 1},
            "give num_training_steps or num_stable_steps",
        ),
    ],
)
def test_refuses_what_cannot_be_meant(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        curve(name, **arguments)


@pytest.mark.parametrize("entry", SCHEDULERS[:-1], ids=lambda entry: entry.name)
def test_every_curve_can_be_written_and_every_length_is_a_parameter(entry):
    taken = signature(entry.curve or entry.metric_driven).parameters
    assert {*entry.lengths, *entry.per_group, entry.horizon} <= {*taken, None}
    if entry.curve is None:
        return
    needed = {k for k, p in taken.items() if p.default is Parameter.empty} - {"base"}
    arguments = dict.fromkeys(needed, 3) | {"num_training_steps": 11, "min_lr": 0.1}
    ours = entry.curve(1.0, **{k: v for k, v in arguments.items() if k in taken})
    assert read_schedule(write_schedule(ours)) == ours
    assert entry.proportional == (entry.name not in NOT_PROPORTIONAL)


NOT_PROPORTIONAL = ("polynomial", "cosine_with_min_lr", "cosine_warmup_with_min_lr")
