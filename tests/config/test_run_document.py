"""The run document: read whole, refused whole, written back as it was resolved."""

import re
from pathlib import Path

import pytest

from lehr import Cosine, Linear, warmup_cosine
from lehr.config.builtin import default_text
from lehr.config.documents import from_mapping, parse_document
from lehr.config.errors import CODES, ConfigError
from lehr.config.overrides import with_overrides
from lehr.config.run import RunConfig
from lehr.config.run_document import inside, read_run


def hundred(data):
    return 100


def default(*overrides):
    document = parse_document(default_text(), source="run.yaml")
    return with_overrides(document, overrides)


def run(*overrides):
    return read_run(default(*overrides), hundred)


def problems(document, size=hundred):
    with pytest.raises(ConfigError) as caught:
        read_run(document, size)
    assert all(p.code in CODES for p in caught.value.problems)
    return caught.value.problems


def test_the_built_in_document_reads():
    made = run("train.batch_size=10", "train.epochs=30")
    assert made.plan.updates == 300
    assert made.schedules == {"lr": warmup_cosine(3e-3, warmup=30, total=300)}


def test_every_key_of_the_built_in_document_could_be_left_out_or_is_needed():
    spare = {"data", "model", "optimizer", "schedules", "train"}
    needed = {n for n, f in RunConfig.model_fields.items() if f.is_required()}
    assert needed == spare
    keys = {field.alias or name for name, field in RunConfig.model_fields.items()}
    assert keys - set(default().data) == {"plan", "groups", "logging", "lint"}


def test_lengths_resolve_against_the_run():
    made = run("train.batch_size=10", "schedules.lr=linear(1e-3, 0, 2ep)")
    assert made.schedules["lr"] == Linear(1e-3, 0.0, 20)


def test_a_schedule_may_be_a_mapping_and_other_fields_may_follow_one():
    made = run(
        "train.updates=50",
        "train.epochs=null",
        "schedules.lr={kind: cosine, start: 1e-3, end: 0, steps: 100%}",
        "schedules.beta1=linear(0.9, 0.95, 10)",
    )
    assert made.schedules["lr"] == Cosine(1e-3, 0.0, 50)
    assert made.schedules["beta1"] == Linear(0.9, 0.95, 10)


def test_the_resolved_document_gives_the_same_run():
    made = run("train.batch_size=7", "optimizer={kind: sgd, momentum: 0.8}")
    again = read_run(from_mapping(made.resolved()), hundred)
    assert again.config.model_copy(update={"schedules": {}}) == made.config.model_copy(
        update={"schedules": {}}
    )
    assert again.schedules == made.schedules
    assert again.resolved() == made.resolved()


BROKEN = """\
schema: one
name: ../up
nam: x
seed: -1
data: {kind: digit, augment: true}
model: {kind: conv, width: wide, widht: 3}
optimizer: {weight_decay: 0.1}
schedules:
  lr: cosin(1e-3, 0, 100)
train:
  epochs: 2.5
  batch_size: -64
  clip_norm: .nan
  patience: 0
  device: gpu
output: 3
"""


def test_all_problems_are_reported_at_once_with_their_places():
    found = problems(parse_document(BROKEN, source="run.yaml"))
    assert [(p.code, p.line, p.column, p.path) for p in found] == [
        ("LH106", 1, 9, "schema"),
        ("LH106", 2, 7, "name"),
        ("LH103", 3, 1, "nam"),
        ("LH106", 4, 7, "seed"),
        ("LH120", 5, 14, "data.kind"),
        ("LH107", 6, 28, "model.width"),
        ("LH103", 6, 34, "model.widht"),
        ("LH104", 7, 12, "optimizer"),
        ("LH102", 9, 7, "schedules.lr"),
        ("LH107", 11, 11, "train.epochs"),
        ("LH106", 12, 15, "train.batch_size"),
        ("LH107", 13, 14, "train.clip_norm"),
        ("LH106", 14, 13, "train.patience"),
        ("LH106", 15, 11, "train.device"),
        ("LH107", 16, 9, "output"),
    ]


def test_a_problem_names_the_value_the_rule_and_the_nearest_name():
    found = {p.path: p for p in problems(parse_document(BROKEN, source="run.yaml"))}
    assert found["train.batch_size"].message == "batch_size must be >= 1, got -64"
    assert found["model.width"].message == "width must be a whole number, got 'wide'"
    assert found["train.device"].message == (
        "device must be 'auto', 'cpu' or 'cuda', got 'gpu'"
    )
    assert found["nam"].hint.startswith('did you mean "name"? known: data, ')
    assert found["model.widht"].hint.startswith('did you mean "width"?')
    assert found["data.kind"].message == 'unknown kind of data "digit"'
    assert found["data.kind"].hint == (
        'did you mean "digits"? known: bytes, digits, fashion-mnist, synthetic, table'
    )


@pytest.mark.parametrize(
    ("overrides", "code", "path", "message"),
    [
        (["train.epochs=null"], "LH106", "train", "a run needs its length"),
        (["train.updates=9"], "LH106", "train", "epochs and updates both give"),
        (["schedules={}"], "LH104", "schedules", 'missing key "lr"'),
        (["schedules=3"], "LH107", "schedules", "schedules must be a mapping"),
        (["train=null"], "LH107", "train", "train must be a mapping, got None"),
        (["schedules.momentum=0.9"], "LH103", "schedules.momentum", "adamw has no"),
        (["schedules.lr=linear(1, -1, 9)"], "LH106", "schedules.lr", "minimum is -1.0"),
        (["schedules.beta1=linear(0, 1, 9)"], "LH106", "schedules.beta1", "below 1"),
        (["train.batch_size=true"], "LH107", "train.batch_size", "a whole number"),
        (["train.batch_size='8'"], "LH107", "train.batch_size", "got '8'"),
        (
            ["schedules.lr=warmup_cosine(1, warmup=10000, total=100%)"],
            "LH106",
            "schedules.lr",
            r"warmup \(10000\) exceeds total",
        ),
        (
            ["schedules.lr=warmup_constant(1, warmup=10000)"],
            "LH106",
            "schedules.lr",
            "warmup ends at update 10000, but the run at 60",
        ),
        (
            ["optimizer={kind: sgd, nesterov: true, momentum: 0.0}"],
            "LH106",
            "optimizer",
            "nesterov needs momentum > 0",
        ),
    ],
)
def test_refuses(overrides, code, path, message):
    [problem] = problems(default(*overrides))
    assert (problem.code, problem.path) == (code, path)
    assert re.search(message, problem.message), problem.message


def test_a_problem_of_an_override_has_the_command_line_as_its_source():
    [problem] = problems(default("train.batch_size=0"))
    assert (problem.source, problem.line) == ("<command line>", None)


def test_a_problem_of_length_waits_until_the_length_is_known():
    text = default_text().replace("epochs: 30", "epochs: -1")
    [problem] = problems(parse_document(text))
    assert problem.path == "train.epochs"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ValueError("the data set is empty"), "LH122", "the data set is empty"),
        (
            FileNotFoundError(2, "No such file or directory", "x.csv"),
            "LH110",
            "cannot read x.csv: no such file or directory",
        ),
    ],
)
def test_data_that_cannot_be_read_are_a_problem_at_their_place(error, code, message):
    def refuse(data):
        raise error

    [problem] = problems(default("data={kind: table, path: x.csv}"), refuse)
    assert (problem.code, problem.message, problem.path) == (code, message, "data.path")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", ".", ""])
def test_a_path_stays_in_its_folder(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the folder"):
        inside(tmp_path, name)


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="leads out of the folder"):
        inside(tmp_path / "home", "link/data.csv")
    assert inside(tmp_path / "home", "a/b.csv") == Path(tmp_path / "home/a/b.csv")
