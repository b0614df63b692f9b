"""Lengths of nothing, no cycles, floors below zero, and what is refused."""

import pytest

from dropin.transformers import configurations as c

COSINE = "get_cosine_schedule_with_warmup"
HARD = "get_cosine_with_hard_restarts_schedule_with_warmup"
LOW = "get_cosine_with_min_lr_schedule_with_warmup"
LATER = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
POLYNOMIAL = "get_polynomial_decay_schedule_with_warmup"
WSD = "get_wsd_schedule"
RUN = {"num_warmup_steps": 4, "num_training_steps": 20}
STAGES = {"num_warmup_steps": 3, "num_stable_steps": 2, "num_decay_steps": 6}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (COSINE, {**RUN, "num_cycles": 0}),
        (COSINE, {**RUN, "num_cycles": 1}),
        (COSINE, {"num_warmup_steps": 5, "num_training_steps": 5}),
        (COSINE, {"num_warmup_steps": 5, "num_training_steps": 3}),
        ("get_linear_schedule_with_warmup", {**RUN, "num_training_steps": 2}),
        ("get_linear_schedule_with_warmup", {**RUN, "num_warmup_steps": 0}),
        (HARD, {**RUN, "num_cycles": 0}),
        (HARD, {**RUN, "num_training_steps": 4}),
        (HARD, {**RUN, "num_cycles": 2.5}),
        (HARD, {**RUN, "num_cycles": 0.5}),
        (LOW, {**RUN, "min_lr_rate": -0.5}),
        (LATER, {**RUN, "min_lr_rate": 0.1, "num_warmup_steps": 0}),
        (LATER, {**RUN, "min_lr_rate": 0.1, "num_warmup_steps": 1}),
        (LATER, {**RUN, "min_lr_rate": 0.1, "num_cycles": 0}),
        (WSD, STAGES),
        (WSD, {**STAGES, "num_decay_steps": 0}),
        (WSD, {**RUN, "num_decay_steps": 18, "decay_type": "linear"}),
        (WSD, {**RUN, "num_decay_steps": 90}),
        (WSD, {**STAGES, "num_cycles": 0, "min_lr_ratio": 0.2}),
    ],
)
def test_the_edges_are_those_of_transformers(name, arguments):
    ours, theirs = (
        where(name)(c.optimizer([1.0]), **arguments).lr_lambdas[0]
        for where in (c.dropin, c.original)
    )
    skipped = c.restarts(name, arguments) if arguments.get("num_cycles") else None
    for t in range(60):
        if not (skipped and skipped(t)):
            assert ours(t) == pytest.approx(theirs(t), rel=1e-9, abs=1e-12), t
    assert ours(2.5) == pytest.approx(theirs(2.5), rel=1e-9)
    assert repr(ours).startswith("Multiplier(")


def test_a_polynomial_of_no_length_is_at_its_end():
    made = c.dropin(POLYNOMIAL)(c.optimizer([1.0]), 5, 5, lr_end=0.25)
    assert [made.lr_lambdas[0](t) for t in (4, 5, 6)] == [0.8, 0.25, 0.25]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        (COSINE, {**RUN, "num_warmup_steps": -1}, "num_warmup_steps must be >= 0"),
        (LOW, RUN, "give one of min_lr and min_lr_rate, got min_lr=None"),
        (LOW, {**RUN, "min_lr": 0.1, "min_lr_rate": 0.1}, "give one of min_lr and"),
        (POLYNOMIAL, {**RUN, "lr_end": 2.0}, "lr_end must be below"),
        (WSD, {"num_warmup_steps": 3, "num_decay_steps": 4}, "must be given"),
        (WSD, {**STAGES, "warmup_type": "log"}, "warmup_type"),
        (WSD, {**STAGES, "decay_type": "log"}, "decay_type"),
    ],
)
def test_what_cannot_work_is_refused(name, arguments, said):
    with pytest.raises(ValueError, match=said):
        c.dropin(name)(c.optimizer([1.0]), **arguments)


def test_two_lengths_of_the_stable_part_are_told():
    with pytest.warns(UserWarning, match="num_stable_steps decides"):
        c.dropin(WSD)(c.optimizer([1.0]), **STAGES, num_training_steps=50)
