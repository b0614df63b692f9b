"""The facts of another library's configuration: run, optimizer, places, steps."""

import pytest

from lehr import Plan
from lehr.config import ConfigError
from lehr.config.documents import parse_document
from lehr.linting.subjects.foreign import is_foreign, of_foreign
from linting.others import LLM, RUN, codes, of_config

COSINE = "name: CosineAnnealingLR\nlr: 0.1\nT_max: 30\n"
RUNS = {
    "transformers": (
        "max_steps: 500\nlr_scheduler_type: linear\nlearning_rate: 1\n"
        "per_device_train_batch_size: 4\ngradient_accumulation_steps: 8",
        Plan(batch_size=4, accumulation=8, updates=500),
    ),
    "megatron": (
        "--lr 1 --train-samples 1000 --global-batch-size 10 --seq-length 8 "
        "--lr-decay-style cosine",
        Plan(batch_size=10, samples=1000, sequence_length=8),
    ),
    "nanotron": (
        "optimizer: {learning_rate_scheduler: {learning_rate: 1, lr_warmup_steps: 5}}\n"
        "tokens: {train_steps: 100, micro_batch_size: 2, sequence_length: 64,\n"
        "  batch_accumulation_per_replica: 3}\nparallelism: {dp: 4}",
        Plan(
            batch_size=2,
            accumulation=3,
            world_size=4,
            sequence_length=64,
            updates=100,
        ),
    ),
    "fairseq": (
        "--lr 1 --lr-scheduler inverse_sqrt --warmup-updates 5 --max-update 100 "
        "--update-freq 2",
        Plan(batch_size=1, accumulation=2, updates=100),
    ),
    "composer": (
        "scheduler: {name: cosine_with_warmup, t_warmup: 10ba}\nlr: 1\n"
        "max_duration: 100ba\nglobal_train_batch_size: 16\nmax_seq_len: 32",
        Plan(batch_size=16, sequence_length=32, updates=100),
    ),
    "detectron2": (
        "SOLVER: {BASE_LR: 0.02, MAX_ITER: 90, STEPS: [60], IMS_PER_BATCH: 16}",
        Plan(batch_size=16, updates=90),
    ),
}


@pytest.mark.parametrize("library", RUNS)
def test_the_run_is_read_where_the_configuration_says_it(library):
    config, run = RUNS[library]
    assert of_foreign(config).plan == run


def test_a_given_plan_counts_and_an_unknown_length_is_no_plan():
    config, _ = RUNS["fairseq"]
    assert of_foreign(config, plan=LLM).plan == LLM
    assert of_foreign(COSINE).plan is None


def test_the_optimizer_is_what_stands_there():
    found = of_foreign(
        "optimizer: {class_path: torch.optim.AdamW, init_args: {lr: 1, betas: [0.9, "
        "0.95], weight_decay: 0.1}}\nscheduler: {name: StepLR, step_size: 3}"
    ).optimizer
    assert found.kind == "adamw"
    assert found.values == {
        "lr": 1.0,
        "beta1": 0.9,
        "beta2": 0.95,
        "weight_decay": 0.1,
    }
    flags = "--lr 1 --lr-scheduler inverse_sqrt --warmup-updates 5 --optimizer adam "
    found = of_foreign(flags + "--adam-betas '(0.9, 0.98)'").optimizer
    assert (found.kind, found.values["beta2"]) == ("adam", 0.98)
    named = of_foreign(COSINE, optimizer="Lion").optimizer
    assert (named.kind, named.values["beta2"]) == ("lion", 0.99)


def test_arguments_keep_their_places():
    found = of_foreign(COSINE)
    assert (found.places["lr"].line, found.places["lr"].column) == (1, 7)
    place = found.origin["lr"].places["T_max"]
    assert (place.line, place.column, place.path) == (3, 8, ("T_max",))
    (finding,) = of_config(COSINE, plan=RUN, per="update")
    assert (finding.code, finding.place.line) == ("LH041", 3)


def test_a_step_is_what_the_library_or_the_numbers_say():
    def steps(config, **known):
        return of_foreign(config, **known).origin["lr"].stepping

    assert steps(COSINE, plan=RUN).per == "epoch"
    assert steps(COSINE.replace("30", "3000"), plan=RUN).per == "update"
    assert steps(COSINE, plan=RUN, per="micro_batch").per == "micro_batch"
    lightning = (
        "lr: 1\nlr_scheduler_config: {%sscheduler: {name: StepLR, step_size: 3}}"
    )
    assert steps(lightning % "").per == "epoch"
    assert steps(lightning % "interval: step, ").per == "update"
    assert steps(lightning % "frequency: 3, ").every == 3
    assert steps("sched: cosine\nlr: 1").per == "epoch"
    assert steps("sched: cosine\nlr: 1\nsched_on_updates: true", plan=RUN).per == (
        "update"
    )
    assert steps(COSINE, wrapper="accelerate", world_size=8).times == 8


def test_the_curve_is_in_updates_of_the_run():
    lr = of_foreign(COSINE, plan=RUN).schedules["lr"]
    assert (lr(0), lr(1500), lr(3000)) == pytest.approx((0.1, 0.05, 0.0))
    alone = of_foreign(COSINE).schedules["lr"]
    assert (alone(15), alone.steps) == (pytest.approx(0.05), 30)
    assert alone(10**6) == 0.0


def test_a_rate_that_is_not_there_is_1():
    found = of_foreign({"name": "StepLR", "step_size": 3})
    assert found.schedules["lr"](0) == 1.0
    assert not of_config({"name": "StepLR", "step_size": 3})


def test_what_cannot_be_looked_at_is_a_note():
    (finding,) = of_config("learning_rate: 1e-4\nlr_scheduler_type: cosine")
    assert (finding.code, finding.severity) == ("LH040", "note")
    assert "pass plan=Plan(...)" in finding.message


def test_a_refusal_is_a_finding_at_its_place():
    (finding,) = of_config("lr: 1\nname: StepLR\nstep_size: 0")
    assert (finding.code, finding.severity) == ("LH040", "error")
    assert (finding.place.line, finding.message) == (3, "step_size must be >= 1, got 0")
    (finding,) = of_config("lr: 1\nname: ReduceLROnPlateau\nfactor: 2")
    assert "factor" in finding.message


def test_what_is_no_configuration_is_refused():
    with pytest.raises(ConfigError, match="no library's scheduler"):
        of_foreign({"a": 1})
    with pytest.raises(ValueError, match="did you mean"):
        of_foreign(COSINE, "torhc")
    with pytest.raises(TypeError, match=r"wrld_size.*did you mean"):
        of_foreign(COSINE, wrld_size=8)
    with pytest.raises(ValueError, match="per must be one of"):
        of_foreign(COSINE, per="step")
    with pytest.raises(ValueError, match="wrapper must be"):
        of_foreign(COSINE, wrapper="fabric")
    with pytest.raises(TypeError, match="optimizer must be"):
        of_foreign(COSINE, optimizer=3)


def test_whose_a_document_is(tmp_path):
    assert is_foreign(COSINE)
    assert is_foreign(parse_document(COSINE, format="yaml"))
    assert is_foreign("--lr 1 --lr-decay-style cosine --train-iters 10")
    file = tmp_path / "run.yaml"
    file.write_text(COSINE)
    assert is_foreign(file)
    for other in ({}, {"schema": 1, "schedules": {}}, "linear(1, 0, 10)", 3, ""):
        assert not is_foreign(other)
    assert not is_foreign(tmp_path / "none.yaml")


def test_deepspeeds_batch_sizes_have_to_multiply():
    config = {
        "train_batch_size": 64,
        "train_micro_batch_size_per_gpu": 4,
        "gradient_accumulation_steps": 2,
        "optimizer": {"params": {"lr": 1e-3}},
    }
    assert not of_config(config, plan=Plan(batch_size=4, world_size=8, updates=9))
    found = of_config(config, plan=Plan(batch_size=4, world_size=4, updates=9))
    assert codes(found) == {"LH054"}
    assert "8 processes" in found[0].message


def test_a_number_of_the_run_is_named_as_the_mistake_that_it_is():
    plan = Plan(
        dataset_size=64_000, batch_size=8, accumulation=4, world_size=2, epochs=5
    )
    config = "lr: 1\nname: PolynomialLR\ntotal_iters: %d"
    wrong = {
        5: "the run's epochs",
        20_000: "its micro-batches (4 make an update)",
        10_000: "its updates without the 2 processes",
        40_000: "its batches without accumulation and the 2 processes",
        1_000: "the updates of one epoch",
        320_000: "the run's samples",
    }
    assert plan.updates == 5_000
    for length, what in wrong.items():
        (finding,) = of_config(config % length, plan=plan, per="update")
        assert (finding.code, finding.severity) == ("LH050", "error")
        assert f"{length:,} is {what}, and a step is an update" in finding.message
    assert not of_config(config % 5_000, plan=plan, per="update")
    (finding,) = of_config(config % 3_000, plan=plan, per="update")
    assert finding.severity == "warning"


def test_a_one_cycle_that_is_outlasted_raises():
    config = "lr: 1\nname: OneCycleLR\nmax_lr: 1\ntotal_steps: 2000\n"
    found = of_config(config + "cycle_momentum: false", plan=LLM, per="update")
    assert "raises at step 2,001" in found[0].message
