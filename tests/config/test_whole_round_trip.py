"""A whole document, read and written out, says the same; and its changes, its hash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules as any_schedule

from config.mutations import HALF
from config.whole_documents import documents
from lehr import Linear, Plan
from lehr.config import changes, fingerprint, read_config, write_config
from lehr.config.writing import FORMATS

OLD = {"lr": "linear(1, 0, 5%)", "updates": 500, "optimizer": "adamw"}
NOW = {
    "schedules": {"lr": {"kind": "linear", "start": 1, "end": 0, "steps": 25}},
    "plan": {"updates": 500},
    "optimizer": {"kind": "adamw"},
}


@HALF
@given(documents, any_schedule, st.sampled_from(FORMATS))
def test_reading_writing_out_and_reading_again_changes_nothing(document, lr, format):
    document = {**document, "schedules": {**document["schedules"], "eps": repr(lr)}}
    first = read_config(document)
    text = write_config(first, format)
    again = read_config(text)
    assert again.schedules == first.schedules
    assert again.schedules["eps"] == lr
    assert again.plan == first.plan
    assert again.groups == first.groups
    assert again.optimizer == first.optimizer
    assert again.resolved() == first.resolved()
    assert again.by_field() == first.by_field()
    assert write_config(again, format) == text
    assert fingerprint(again) == fingerprint(first)
    assert not [c for c in changes(first, again) if c.path[0] == "schedules"]


def test_a_document_of_a_run_keeps_its_sections():
    text = """
    data: {kind: digits}
    train: {epochs: 3, batch_size: 32, clip_norm: 1.0, patience: null}
    plan: {dataset_size: 640}
    logging: {csv: true, wandb: {project: mine}}
    lint: {ignore: [{rule: LH012, reason: small}]}
    schedules: {lr: "cosine(1e-3, 0, 2ep)"}
    """
    first = read_config(text)
    for format in FORMATS:
        again = read_config(write_config(first, format))
        assert (
            again.plan == first.plan == Plan(dataset_size=640, batch_size=32, epochs=3)
        )
        assert again.schedules == first.schedules
        for name in ("data", "logging", "lint"):
            assert again.sections[name] == first.sections[name]
        assert again.sections["train"]["clip_norm"] == 1.0


def test_the_fingerprint_of_a_configuration_is_that_of_what_it_says():
    one, other = read_config(OLD), read_config(NOW)
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(read_config(OLD, overrides=["updates=501"]))
    assert fingerprint(one.document) == fingerprint(one.document.data)


def test_the_short_form_and_todays_have_no_changes():
    assert changes(OLD, NOW) == ()
    assert changes({**NOW, "schema": 1, "seed": None}, NOW) == ()
    found = [str(change) for change in changes({**OLD, "updates": 600}, NOW)]
    assert found == ["schedules.lr.steps: 30 -> 25", "plan.updates: 600 -> 500"]
    assert changes({"lr": "linear(1,0,5)"}, {"lr": "linear(1.0, 0, steps=5)"}) == ()


def test_the_plan_that_a_configuration_was_read_with_counts_in_its_changes():
    text = "lr: linear(1, 0, 5%)"
    short, long = (
        read_config(text, plan=Plan(batch_size=1, updates=updates))
        for updates in (100, 200)
    )
    [change] = changes(short, long)
    assert str(change) == "schedules.lr.steps: 5 -> 10"


def test_schedules_by_name_keep_their_paths():
    [change] = changes({"lr": Linear(1, 0, 5)}, {"lr": Linear(1, 0, 6)})
    assert str(change) == "lr.steps: 5 -> 6"


@pytest.mark.parametrize(
    ("overrides", "steps"),
    [
        (["plan.updates=100"], 5),
        (["updates=100"], 5),
        (["schedules.lr=linear(1, 0, 10%)"], 50),
        (["plan.updates=null", "plan.samples=800", "plan.batch_size=4"], 10),
        (["schedules.beta1=0.9"], 25),
    ],
)
def test_overrides_of_the_short_form_may_use_todays_names(overrides, steps):
    config = read_config("lr: linear(1, 0, 5%)\nupdates: 500", overrides=overrides)
    assert config.schedules["lr"].steps == steps


def test_a_run_can_be_laid_over_a_mere_schedule():
    text = "kind: linear\nstart: 1\nend: 0\nsteps: 5%"
    config = read_config(text, overrides=["plan.updates=100", "end=0.5"])
    assert config.schedules["lr"] == Linear(1, 0.5, 5)
