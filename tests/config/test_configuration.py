"""`read_config`: one document, its lengths against its plan, all problems at once."""

import pytest

from lehr import Linear, Plan, read_config
from lehr.config import ConfigError
from lehr.config.errors import CODES
from lehr.plan import BatchRamp

FULL = """\
schema: 1
name: run-7
seed: 0
plan:
  dataset_size: 50000
  batch_size: 32
  accumulation: 4
  world_size: 8
  sequence_length: 4096
  tokens: 10Btok
  ramp: {sizes: [256, 512], until: [1k, 3k], clock: updates}
groups:
  no_decay: ["*.bias", "*norm*"]
  head: head.*
optimizer: {kind: adamw, beta2: 0.95}
schedules:
  lr: wsd(peak=3e-4, warmup=2k, decay=20%)
  weight_decay: {no_decay: 0, default: 0.1}
  beta1: {kind: linear, start: 0.9, end: 0.95, steps: 3ep}
  beta2: chain((linear(0.9, 0.95, 64k samples), linear(0.95, 0.9, 1Btok)))
logging: {every: 10, csv: true}
lint: {ignore: [{rule: LH012, reason: as in the paper}]}
"""


def plan_of_full():
    ramp = BatchRamp(sizes=(256, 512), until=(1000, 3000))
    return Plan(
        dataset_size=50_000,
        batch_size=32,
        accumulation=4,
        world_size=8,
        sequence_length=4096,
        length="10Btok",
        ramp=ramp,
    )


def problems(source, **options):
    with pytest.raises(ConfigError) as caught:
        read_config(source, **options)
    assert all(p.code in CODES for p in caught.value.problems)
    return caught.value.problems


def test_lengths_of_every_unit_resolve_once_against_a_plan_with_a_ramp():
    config, plan = read_config(FULL), plan_of_full()
    assert config.plan == plan
    warmup, stable, decay = (p.end for p in config.schedules["lr"].phases)
    assert (warmup, decay) == (2000, plan.updates)
    assert decay - stable == plan.resolve("20%")
    assert config.schedules["beta1"].steps == plan.resolve("3ep")
    first, second = config.schedules["beta2"].pieces
    assert first.steps == plan.updates_at_samples(64_000)
    assert second.steps == plan.updates_at_tokens(10**9)


def test_lengths_are_kept_as_they_are_written():
    assert read_config(FULL).durations == {
        ("plan", "tokens"): "10Btok",
        ("schedules", "lr", "warmup"): "2k",
        ("schedules", "lr", "decay"): "20%",
        ("schedules", "beta1", "steps"): "3ep",
        ("schedules", "beta2", "pieces", 0, "steps"): "64k samples",
        ("schedules", "beta2", "pieces", 1, "steps"): "1Btok",
    }


def test_lengths_in_updates_and_in_mappings_are_kept_too():
    text = "{lr: {kind: linear, start: 1, end: 0, steps: {epochs: 2}},"
    text += " momentum: 'linear(1, 0, 30)', epochs: 3, batch_size: 1, dataset_size: 4}"
    assert read_config(text).durations == {
        ("plan", "epochs"): "3ep",
        ("schedules", "lr", "steps"): "2ep",
        ("schedules", "momentum", "steps"): "30",
    }


def test_sections_have_their_defaults_and_absent_ones_stay_absent():
    sections = read_config(FULL).sections
    assert sections["optimizer"]["beta1"] == 0.9
    assert sections["logging"]["jsonl"] is True
    assert set(sections) == {"name", "seed", "groups", "optimizer", "logging", "lint"}


def test_the_resolved_document_says_the_same():
    config = read_config(FULL)
    resolved = config.resolved()
    again = read_config(resolved)
    assert again.schedules == config.schedules
    assert again.plan == config.plan
    assert again.resolved() == resolved
    assert all(
        text.isdigit() for path, text in again.durations.items() if path[0] != "plan"
    )


def test_what_train_says_of_the_run_goes_to_the_plan_when_resolved():
    text = "schedules: {lr: 'linear(1, 0, 50%)'}\n"
    config = read_config(text + "train: {updates: 40, batch_size: 8, patience: 2}")
    resolved = config.resolved()
    assert (resolved["plan"]["updates"], resolved["plan"]["batch_size"]) == (40, 8)
    assert resolved["train"].keys().isdisjoint(resolved["plan"])
    assert read_config(resolved).plan == config.plan


BROKEN = """\
schema: 1
plan: {tokens: 3B, batch_size: 32, worldsize: 2}
train: {batch_size: 3, precision: fp8}
groups: {no_decay: [], default: "*"}
optimizer: {name: AdamW, lr: -1, betas: [0.9, 1.5]}
schedules:
  lr: {no_decay: "cosin(1, 0, 10)", default: 1}
  weight_decay: {nodecay: 0.1}
lr: 0.1
"""


def test_all_problems_are_told_at_once_each_at_its_place():
    assert [(p.code, p.line, p.column, p.path) for p in problems(BROKEN)] == [
        ("LH103", 2, 36, "plan.worldsize"),
        ("LH131", 3, 21, "train.batch_size"),
        ("LH106", 3, 35, "train.precision"),
        ("LH107", 4, 20, "groups.no_decay"),
        ("LH106", 4, 24, "groups.default"),
        ("LH106", 5, 30, "optimizer.lr"),
        ("LH106", 5, 41, "optimizer.betas"),
        ("LH102", 7, 19, "schedules.lr.no_decay"),
        ("LH133", 8, 18, "schedules.weight_decay.nodecay"),
        ("LH103", 9, 1, "lr"),
    ]
    hints = {p.path: p.hint for p in problems(BROKEN)}
    assert hints["plan.worldsize"].startswith('did you mean "world_size"?')
    assert hints["schedules.weight_decay.nodecay"].startswith('did you mean "no_decay"')
    assert hints["lr"] == "it belongs to schedules: {lr: ...}"


@pytest.mark.parametrize(
    ("text", "code", "path", "message"),
    [
        ("lr: 'linear(1, 0, 5%)'", "LH108", "lr", "5% needs the length of the run: "),
        (
            "schedules: {lr: 'linear(1, 0, 5%)'}",
            "LH108",
            "schedules.lr",
            "plan.updates",
        ),
        ("{lr: 1, epochs: 3}", "LH130", "epochs", "needs dataset_size and batch_size"),
        (
            "{schedules: {lr: 1}, plan: {tokens: 3B, batch_size: 2}}",
            "LH130",
            "plan.tokens",
            "a plan by tokens needs plan.sequence_length",
        ),
        (
            "{schedules: {lr: 'linear(1, 0, 9 samples)'}, plan: {updates: 3}}",
            "LH108",
            "schedules.lr",
            "9 samples needs plan.batch_size",
        ),
        (
            "{schedules: {lr: 'linear(1, 0, 9ep)'}, train: {epochs: 3}}",
            "LH108",
            "schedules.lr",
            "9ep needs plan.dataset_size and plan.batch_size",
        ),
        (
            "{schedules: {lr: 'linear(1, 0, 9%)'}, data: {kind: digits}, "
            "train: {epochs: 3}}",
            "LH108",
            "schedules.lr",
            "9% needs the length of the run, and that needs plan.dataset_size",
        ),
        (
            "{schedules: {lr: 1}, plan: {epochs: 3, updates: 4, batch_size: 1}}",
            "LH106",
            "plan",
            "epochs and updates both give the length",
        ),
        (
            "{schedules: {lr: 1}, plan: {epochs: 3}, train: {updates: 3}}",
            "LH131",
            "train.updates",
            "stands in plan.epochs and in train.updates",
        ),
        (
            "{schedules: {lr: 1}, plan: {updates: 3, batch_size: 4, ramp: {sizes: [3], "
            "until: [1]}}}",
            "LH130",
            "plan",
            "must be a multiple of batch_size",
        ),
        ("{}", "LH104", "schedules", 'missing key "schedules"'),
        ("schedules: {}", "LH104", "schedules", "a document needs a schedule"),
        ("schema: 2", "LH132", "schema", "this lehr reads 0 to 1"),
    ],
)
def test_what_is_missing_is_told_with_where_to_put_it(text, code, path, message):
    [problem] = problems(text)
    assert (problem.code, problem.path) == (code, path)
    assert message in problem.message


def test_lengths_without_a_run_length_resolve_as_far_as_they_can():
    text = "{lr: 'linear(1, 0, 3ep)', dataset_size: 100, batch_size: 64}"
    config = read_config(text)
    assert (config.schedules["lr"].steps, config.plan) == (6, None)
    text = "{lr: 'warmup_cosine(1, warmup=5%, total=200)', batch_size: 64}"
    assert read_config(text).schedules["lr"].phases[0].end == 10
    mapping = {"kind": "warmup_cosine", "peak": 1, "warmup": "5%", "total": 200}
    assert read_config(mapping).schedules == read_config(text).schedules


def test_updates_alone_are_a_plan_that_knows_no_samples():
    config = read_config("{lr: 'linear(1, 0, 50%)', updates: 2k}")
    assert config.plan.updates == 2000
    assert config.schedules["lr"] == Linear(1.0, 0.0, 1000)


def test_another_plan_may_be_passed():
    plan = Plan(batch_size=1, updates=10)
    assert read_config("linear(1, 0, 50%)", plan=plan).schedules["lr"].steps == 5
    plan = Plan(batch_size=256, sequence_length=8, dataset_size=256, updates=9000)
    assert read_config(FULL, plan=plan).plan is plan
    with pytest.raises(TypeError, match=r"plan must be a lehr\.Plan"):
        read_config("linear(1, 0, 5)", plan=10)


def test_overrides_are_laid_over_the_document_and_are_named_in_problems():
    text = "{schedules: {lr: 'linear(1, 0, 50%)'}, plan: {updates: 10}}"
    config = read_config(text, overrides=["plan.updates=30"])
    assert config.schedules["lr"].steps == 15
    [problem] = problems(text, overrides=["schedules.lr=lin(1)"])
    assert (problem.source, problem.path) == ("<command line>", "schedules.lr")


def test_a_field_that_is_null_is_left_out():
    config = read_config("schedules: {lr: 0.1, momentum: null, beta1: {a: null, b: 0}}")
    assert list(config.schedules) == ["lr", "beta1.b"]
