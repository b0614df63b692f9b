"""Lengths of nothing, no cycles, floors below zero, and what is refused."""

import pytest
import torch

from dropin.transformers import configurations as c

COSINE = "get_cosine_schedule_with_warmup"
HARD = "get_cosine_with_hard_restarts_schedule_with_warmup"
LOW = "get_cosine_with_min_lr_schedule_with_warmup"
LATER = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
POLYNOMIAL = "get_polynomial_decay_schedule_with_warmup"
WSD = "get_wsd_schedule"
GREEDY, NAN = "get_greedy_schedule", float("nan")
RUNS = c.RUNS
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
        # Broken lengths, no half waves or such that climb, floors below 0.
        ("get_linear_schedule_with_warmup", {RUNS[0]: 19.75, RUNS[1]: 20.5}),
        (HARD, {**RUN, "num_cycles": -3}),
        (LATER, {**RUN, "min_lr_rate": 0.1, "num_warmup_steps": 2.5}),
        (WSD, {**STAGES, "min_lr_ratio": -0.2, "num_decay_steps": 6.5}),
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
        (LOW, RUN, "just one of min_lr and min_lr_rate .* got min_lr=None"),
        (LOW, {**RUN, "min_lr": 0.1, "min_lr_rate": 0.1}, "just one of min_lr and"),
        (POLYNOMIAL, {**RUN, "lr_end": 2.0}, "lr_end must be below"),
        (WSD, {"num_warmup_steps": 3, "num_decay_steps": 4}, "give num_training_steps"),
        (WSD, {**STAGES, "warmup_type": "log"}, "warmup_type"),
        (LOW, {**RUN, "min_lr": NAN}, "min_lr must be finite, got nan"),
        (GREEDY, {"factor": 0.0}, r"factor must be in \(0, 1\), got 0.0"),
        (GREEDY, {"factor": NAN}, "factor must be finite"),
        (GREEDY, {"patience": -1}, "patience must be >= 0, got -1"),
        (GREEDY, {"window_size": 0, "smooth": True}, "window_size must be >= 1, got 0"),
        (GREEDY, {"min_lr": 2.0}, "min_lr must be <= max_lr 1.0, got 2.0"),
        (WSD, {**STAGES, "decay_type": "log"}, "decay_type"),
    ],
)
def test_what_cannot_work_is_refused(name, arguments, said):
    with pytest.raises(ValueError, match=said):
        c.dropin(name)(c.optimizer([1.0]), **arguments)


@pytest.mark.parametrize(
    ("name", "arguments"), [(LOW, {"min_lr": "1e-5"}), (POLYNOMIAL, {"lr_end": "1e-5"})]
)
def test_a_number_in_quotes_is_said_to_be_one(name, arguments):
    with pytest.raises(TypeError, match="must be a number, got '1e-5'"):
        c.dropin(name)(c.optimizer([1.0]), **RUN, **arguments)


def test_a_state_of_another_scheduler_is_refused():
    made = c.dropin(COSINE)(c.optimizer([1.0]), **RUN)
    for state in ({}, c.dropin(GREEDY)(c.optimizer([1.0])).state_dict()):
        with pytest.raises(ValueError, match="the state must be of a LambdaLR"):
            made.load_state_dict(state)


def test_two_lengths_of_the_stable_part_are_told():
    with pytest.warns(UserWarning, match="num_stable_steps decides"):
        c.dropin(WSD)(c.optimizer([1.0]), **STAGES, num_training_steps=50)


def test_a_polynomial_starts_where_an_optimizer_with_a_tensor_rate_did():
    weight = torch.nn.Parameter(torch.zeros(1))
    rate = torch.tensor(0.5, dtype=torch.float64)
    made = c.dropin(POLYNOMIAL)(torch.optim.SGD([weight], rate), 0, 10, lr_end=0.1)
    used = []
    for _ in range(12):
        used += c.rates(made.optimizer)
        c.step(made)
    line = [0.5, 0.46, 0.42, 0.38, 0.34, 0.3, 0.26, 0.22, 0.18, 0.14, 0.1, 0.1]
    assert used == pytest.approx(line, abs=1e-15)
