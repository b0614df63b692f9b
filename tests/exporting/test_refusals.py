"""What a target cannot express is refused, and the message says why."""

import math

import pytest

import lehr
from lehr import Constant, Cosine, Function, Linear, Noise, Table, to_code
from lehr.exporting import TARGETS, CannotExport

EVERYWHERE = [
    (Function(math.sqrt, 10), "Function of your own"),
    (Linear(0.1, 0.0, 10) + Noise(0.01, seed=3), "Noise"),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("schedule", "says"), EVERYWHERE, ids=["function", "noise"])
def test_what_no_code_carries(target, schedule, says):
    with pytest.raises(CannotExport, match=f"{target} cannot express this schedule"):
        to_code(schedule, target)
    with pytest.raises(CannotExport, match=says):
        to_code(schedule, "python")


@pytest.mark.parametrize(
    ("target", "schedule", "says"),
    [
        (
            "transformers",
            lehr.warmup_linear(0.1, warmup=4, total=9),
            r"starts at 0\.02.*at 0",
        ),
        ("transformers", lehr.one_cycle(0.1, total=40), "not a linear warmup, a level"),
        ("transformers", lehr.Exponential(1.0, 0.1, 9), "decays like Exponential"),
        (
            "transformers",
            lehr.warmup_stable_decay(
                0.1, warmup=4, decay=5, total=20, start=0.0, floor=0.01
            ),
            "starts at its floor, 0.01",
        ),
        ("timm", lehr.one_cycle(0.1, total=40), "not a linear warmup, a level"),
        ("timm", lehr.PiecewiseConstant((1.0, 0.5, 0.1), (3, 6)), "by one factor"),
        ("timm", lehr.inverse_sqrt(0.1, warmup=4), "no decay like InverseSqrt"),
        ("megatron", lehr.Polynomial(0.1, 0.0, 9, 2.0), "no decay like Polynomial"),
        ("megatron", lehr.Chain((Linear(0, 1, 3), Linear(1, 2, 3))), "rises after"),
        ("timm", Cosine(-0.1, -0.3, 9), "peak must be > 0"),
        ("transformers", Cosine(0.0, 0.1, 9), "peak must be > 0"),
        (
            "transformers",
            Cosine(0.1, 0.01, 9).then(Constant(0.01, 7)),
            "holds its end for 7",
        ),
        ("megatron", lehr.InverseSqrt(0.1, 9), "its decay has no end"),
        ("megatron", Linear(0.1, -0.1, 9), "--min-lr must be >= 0"),
        (
            "keras",
            lehr.Chain(tuple(Linear(i % 2, 1 + i, 3) for i in range(400))),
            "nested too deeply",
        ),
        ("optax", Linear(1.0, 0.0, 2**31), "counts to 2_147_483_647"),
        ("keras", Linear(1.0, 0.0, 2**31), "counts to 2_147_483_647"),
        ("torch", lehr.Constant(0.0), "0 throughout"),
        ("composer", Linear(0.0, 0.0, 9), "0 throughout"),
        ("python", Table(tuple(range(5_000))), "table of 5_000 numbers"),
    ],
    ids=str,
)
def test_what_a_target_has_no_words_for(target, schedule, says):
    with pytest.raises(CannotExport, match=says):
        to_code(schedule, target)


def test_bad_arguments():
    line = Linear(1.0, 0.0, 9)
    with pytest.raises(TypeError, match="schedule must be"):
        to_code(0.1, "torch")
    with pytest.raises(ValueError, match=r"did you mean 'torch'|one of"):
        to_code(line, "troch")
    for name in ("my rate", "class", ""):
        with pytest.raises(ValueError, match="name must be a Python name"):
            to_code(line, "python", name=name)


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("python", ("math", "min")),
        ("torch", ("LR", "LambdaLR", "factor")),
        ("optax", ("jnp", "t")),
        ("keras", ("ops", "keras")),
        ("composer", ("LR", "state")),
    ],
)
def test_names_that_the_code_itself_uses(target, names):
    schedule = lehr.Clip(lehr.one_cycle(0.1, total=40), high=0.09)
    for name in names:
        with pytest.raises(ValueError, match=f"itself uses, got {name!r}"):
            to_code(schedule, target, name=name)
    assert "def rate(" in to_code(schedule, "torch", name="rate")
