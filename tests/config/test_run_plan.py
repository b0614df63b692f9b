"""What `lehr train` makes of the sections plan, groups and logging."""

import pytest

from lehr import Constant
from lehr.config.documents import from_mapping, parse_document
from lehr.config.errors import ConfigError
from lehr.config.run_document import document_plan, read_run

TEXT = """
schema: 1
data: {kind: synthetic}
optimizer: {kind: adamw}
groups: {no_decay: ["*.bias"]}
schedules:
  lr: {no_decay: 1e-3, default: "linear(1e-2, 0, 50%)"}
  weight_decay: {default: 0.1}
plan: {PLAN}
train: {TRAIN}
"""


def read(plan, train="threads: 1", text=TEXT, **options):
    text = text.replace("PLAN", plan).replace("TRAIN", train)
    return read_run(parse_document(text), lambda data: 100, **options)


def refused(*args, **options):
    with pytest.raises(ConfigError) as caught:
        read(*args, **options)
    return [(p.code, p.path) for p in caught.value.problems]


def test_the_plan_is_told_to_the_trainer_in_its_words():
    run = read("epochs: 3, batch_size: 5, world_size: 2, accumulation: 2")
    assert (run.plan.updates, run.plan.world_size) == (15, 2)
    train = run.config.train
    assert (train.epochs, train.batch_size, train.accumulation) == (3, 10, 2)
    assert run.schedules["lr.default"].steps == 8
    assert run.lr is run.schedules["lr.default"]


@pytest.mark.parametrize(
    ("plan", "field", "value"),
    [
        ("epochs: 2.5", "updates", 25),
        ("length: 2ep", "epochs", 2),
        ("length: 64 samples", "samples", 64),
        ("updates: 7", "updates", 7),
    ],
)
def test_a_length_of_any_unit_ends_the_run(plan, field, value):
    train = read(f"{plan}, batch_size: 10").config.train
    assert getattr(train, field) == value


def test_length_and_batch_may_stand_in_either_section():
    run = read("dataset_size: 100, drop_last: true", "epochs: 2, batch_size: 30")
    assert (run.plan.updates, run.config.plan.drop_last) == (6, True)


def test_the_resolved_document_gives_the_same_run_in_any_number_of_processes():
    run = read("epochs: 3, batch_size: 5, world_size: 2, drop_last: true", world_size=2)
    again = read_run(from_mapping(run.resolved()), lambda data: 100, world_size=4)
    assert again.resolved() == run.resolved()
    assert again.plan.updates == run.plan.updates
    assert again.schedules == run.schedules


def test_groups_that_a_field_does_not_name_are_left_alone():
    fields = read("epochs: 1, batch_size: 5").by_field()
    assert fields["weight_decay"] == {"no_decay": None, "default": Constant(0.1)}


@pytest.mark.parametrize(
    ("plan", "train", "told"),
    [
        ("batch_size: 5", "threads: 1", ("LH106", "plan")),
        ("epochs: 3, batch_size: 5", "batch_size: 5", ("LH131", "train.batch_size")),
        ("epochs: 3", "updates: 5", ("LH131", "train.updates")),
        ("epochs: 3, dataset_size: 99", "threads: 1", ("LH130", "plan.dataset_size")),
        ("epochs: 3, world_size: 2", "threads: 1", ("LH130", "plan.world_size")),
        ("epochs: 3, sequence_length: 2", "threads: 1",
         ("LH130", "plan.sequence_length")),
        ("tokens: 3", "threads: 1", ("LH130", "plan.tokens")),
        ("length: 3tok", "threads: 1", ("LH130", "plan.length")),
        ("epochs: 3, ramp: {sizes: [64], until: [3]}", "threads: 1",
         ("LH130", "plan.ramp")),
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit(plan, train, told):
    assert refused(plan, train, world_size=1) == [told]


def test_a_sequence_length_that_is_the_context_is_right():
    text = TEXT.replace("synthetic", "bytes, context: 16")
    run = read("tokens: 3k, sequence_length: 16", text=text)
    assert run.plan.updates == 4  # 188 samples, in updates of 64, 36, 64, 36


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("no_decay: 1e-3, ", "", ("LH104", "schedules.lr")),
        ('groups: {no_decay: ["*.bias"]}', "", ("LH104", "schedules.lr")),
        ("{default: 0.1}", "{other: 0.1}", ("LH133", "schedules.weight_decay.other")),
    ],
)
def test_refuses_groups_that_do_not_fit(old, new, told):
    text = TEXT.replace(old, new)
    assert told in refused("epochs: 1, batch_size: 5", text=text)


def test_the_plan_alone_can_be_had_of_a_document():
    text = "{data: {kind: digits}, train: {epochs: 3}, nonsense: 1}"
    assert document_plan(parse_document(text), lambda data: 128).updates == 6
    assert document_plan(parse_document("train: {epochs: 3}"), len) is None
    with pytest.raises(ConfigError, match="stands in plan"):
        document_plan(
            parse_document(text.replace("nonsense: 1", "plan: {epochs: 1}")), len
        )
