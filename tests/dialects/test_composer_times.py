"""Composer's time strings: what each unit comes to, and the run that it needs."""

import pytest

from lehr import Cosine, Linear, Plan
from lehr.dialects import composer
from lehr.plan import BatchRamp

RUN = {
    "max_duration": "10ep",
    "dataloader_len": 10,
    "batch_size": 4,
    "tokens_per_batch": 64,
}


@pytest.mark.parametrize(
    ("text", "updates"),
    [
        ("3ep", 30),
        ("25ba", 25),
        ("100sp", 25),
        ("2e3tok", 31.25),
        ("0.5dur", 50),
        ("1DUR", 100),
        (" 7 ba ", 7),
    ],
)
def test_each_unit_comes_to_updates(text, updates):
    assert composer.linear(1.0, t_max=text, **RUN) == Linear(1.0, 0.0, updates)


def test_a_part_of_the_run_is_in_its_unit_and_cut_to_whole_ones():
    run = {"max_duration": "1001sp", "batch_size": 4}
    assert composer.cosine_annealing(1.0, t_max="0.5dur", **run).steps == 125
    short = composer.linear_with_warmup(1.0, t_warmup="0.05dur", max_duration="10ba")
    assert short(0) == 1.0


def test_a_bare_number_of_the_run_is_epochs():
    run = {"dataloader_len": 10}
    assert composer.cosine_annealing(1.0, max_duration=3, **run).steps == 30


def test_a_plan_stands_for_what_the_run_is():
    plan = Plan(dataset_size=320, batch_size=8, accumulation=4, epochs=5)
    with_plan = composer.linear_with_warmup(1.0, t_warmup="1ep", plan=plan)
    run = {"max_duration": "5ep", "dataloader_len": 10}
    assert with_plan == composer.linear_with_warmup(1.0, t_warmup="1ep", **run)
    samples = composer.cosine_annealing(1.0, t_max="640sp", plan=plan)
    assert samples == Cosine(1.0, 0.0, 20)


@pytest.mark.parametrize(
    ("length", "steps"),
    [({"updates": 50}, 50), ({"epochs": 2.5}, 25), ({"tokens": 32 * 128 * 7}, 7)],
)
def test_a_plan_of_any_length_is_the_run(length, steps):
    plan = Plan(dataset_size=320, batch_size=32, sequence_length=128, **length)
    assert composer.cosine_annealing(1.0, plan=plan).steps == steps


def test_refuses_times_that_are_no_text():
    with pytest.raises(TypeError, match="t_max must be a time string"):
        composer.linear(1.0, t_max=10, **RUN)
    with pytest.raises(TypeError, match="milestones must be a list of time strings"):
        composer.multi_step(1.0, milestones="10ba")


def test_refuses_a_plan_beside_what_it_says():
    plan = Plan(batch_size=8, updates=10)
    with pytest.raises(ValueError, match="plan says batch_size already"):
        composer.linear(1.0, plan=plan, batch_size=4)


def test_refuses_a_plan_whose_batches_grow():
    ramp = BatchRamp.linear(start=8, end=32, increment=8, samples=100)
    plan = Plan(batch_size=8, updates=10, ramp=ramp)
    with pytest.raises(ValueError, match="plan must have one batch size"):
        composer.linear(1.0, plan=plan)
