"""What has changed, and only that: spelling is no change, values are."""

import pytest
from hypothesis import given
from strategies import schedules

from config.mutations import HALF
from lehr import Chain, Constant, Cosine, Linear, Plan, Sum, Table
from lehr.config import changes, parse_document, read_config, to_mapping
from lehr.config.spelling import spelled

BEFORE = Chain((Linear(0.0, 1e-3, 100), Cosine(1e-3, 0.0, 900)))
PLAN = {"batch_size": 8, "updates": 10_000}


def shown(before, after, **known):
    return [str(change) for change in changes(before, after, **known)]


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (BEFORE, []),
        (
            Chain((Linear(0.0, 1e-3, 100), Cosine(1e-3, 3e-5, 800))),
            [
                "Chain.pieces[1].end: 0.0 -> 3e-05",
                "Chain.pieces[1].steps: 900 -> 800",
            ],
        ),
        (
            Chain((Linear(0.0, 1e-3, 100), Linear(1e-3, 0.0, 900))),
            [
                "Chain.pieces[1]: Cosine(start=0.001, end=0.0, steps=900) -> "
                "Linear(start=0.001, end=0.0, steps=900)"
            ],
        ),
        (
            Chain((*BEFORE.pieces[:1], Constant(1e-3, 50), *BEFORE.pieces[1:])),
            ["Chain.pieces[1]: added Constant(value=0.001, steps=50)"],
        ),
        (
            Chain(BEFORE.pieces[1:]),
            ["Chain.pieces[0]: removed Linear(start=0.0, end=0.001, steps=100)"],
        ),
        (
            Linear(1.0, 0.0, 10),
            [
                "Chain(pieces=(Linear(start=0.0, end=0.001, steps=100), Co... -> "
                "Linear(start=1.0, end=0.0, steps=10)"
            ],
        ),
    ],
)
def test_two_schedules_differ_where_they_do(after, lines):
    assert shown(BEFORE, after) == lines


def test_numbers_are_compared_one_by_one_while_there_are_as_many():
    assert shown(Table((1, 2, 3)), Table((1, 5, 3))) == ["Table.values[1]: 2.0 -> 5.0"]
    [change] = changes(Table((1, 2, 3)), Table((1, 2)))
    assert (change.path, change.before) == (("Table", "values"), (1.0, 2.0, 3.0))
    terms = Sum((Linear(1, 0, 9), Table((1, 2)))), Sum((Linear(1, 0, 9), Table((1, 3))))
    assert shown(*terms) == ["Sum.terms[1].values[1]: 2.0 -> 3.0"]


@HALF
@given(schedules, schedules)
def test_there_is_a_change_if_and_only_if_schedules_differ(one, other):
    assert (changes(one, other) == ()) == (one == other)
    spellings = {"schedules": {"lr": to_mapping(one), "eps": spelled(repr(one))}}
    assert changes(spellings, {"schedules": {"lr": one, "eps": repr(one)}}) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("schedules: {lr: 1e-3}", "schedules: {lr: 0.001}"),
        ("schedules: {lr: 1}", "schedules: {lr: constant(1.0)}"),
        (
            "schedules: {lr: 'wsd(3e-4, warmup=1k, decay=20, stable=9)'}",
            "schedules: {lr: {kind: warmup_stable_decay, stable: 9, decay: 20, "
            "warmup: 1000, peak: 0.0003}}",
        ),
        (
            "schedules: {lr: 'wsd(peak=3e-4, warmup=5%, decay=20 %)'}",
            "schedules: {lr: {kind: wsd, decay: 20%, warmup: 5.0%, peak: 0.0003}}",
        ),
        (
            "schedules: {lr: 'noam(512, warmup=64k samples)'}",
            "schedules: {lr: {kind: noam, dimension: 512.0, warmup: 64000 samples}}",
        ),
        ("schedules: {lr: {a: 1, b: 2}}", "schedules: {lr: {b: 2.0, a: 1.0}}"),
        ("schedules: {lr: 'table([1, 5%])'}", "schedules: {lr: 'table((1, 5 %))'}"),
        (
            "train: {evaluate_every: 64k samples}",
            "train: {evaluate_every: 64000 samples}",
        ),
        ("a: .nan\nb: 1", "b: 1.0\na: .nan"),
    ],
)
def test_another_spelling_is_no_change(before, after):
    documents = [parse_document(text) for text in (before, after)]
    assert shown(*documents) == []


def test_lengths_are_compared_after_the_plan_of_each():
    before = {"plan": PLAN, "schedules": {"lr": "warmup_cosine(1e-3, warmup=5%)"}}
    after = {"plan": PLAN, "schedules": {"lr": "warmup_cosine(1e-3, warmup=500)"}}
    assert shown(before, after) == []
    longer = {**before, "plan": {**PLAN, "updates": 20_000}}
    assert shown(before, longer) == [
        "plan.updates: 10000 -> 20000",
        "schedules.lr.pieces[0].start: 1.9960079840319363e-06 -> 9.99000999000999e-07",
        "schedules.lr.pieces[0].steps: 500 -> 1000",
        "schedules.lr.pieces[1].steps: 9500 -> 19000",
    ]
    assert shown(before, longer, plan=Plan(batch_size=8, updates=50)) == [
        "plan.updates: 10000 -> 20000"
    ]


def test_two_documents_differ_key_by_key():
    before = {
        "schedules": {"lr": 1.0, "weight_decay": {"body": 0.1, "head": 0.2}},
        "train": {"epochs": 3, "patience": 2, "compile": True},
        "groups": {"no_decay": ["*.bias", "*norm*"]},
        "name": "a",
    }
    after = {
        "schedules": {"weight_decay": {"body": 0.1, "head": 0.3}, "eps": 1e-8},
        "train": {"epochs": 5, "compile": 1, "clip_norm": 1.0},
        "groups": {"no_decay": ["*.bias", "*.gamma", "*norm*"]},
        "seed": 1,
    }
    assert shown(before, after) == [
        "schedules.lr: removed 1.0",
        "schedules.weight_decay.head: 0.2 -> 0.3",
        "schedules.eps: added 1e-08",
        "train.epochs: 3 -> 5",
        "train.patience: removed 2",
        "train.compile: True -> 1",
        "train.clip_norm: added 1.0",
        "groups.no_decay[1]: added '*.gamma'",
        "name: removed 'a'",
        "seed: added 1",
    ]


def test_what_cannot_be_read_is_compared_as_it_was_said():
    before = {"schedules": {"lr": {"kind": "cosin", "start": 1, "steps": [1, 2]}}}
    after = {"schedules": {"lr": {"kind": "cosin", "start": 1.0, "steps": [1, 3]}}}
    assert shown(before, after) == ["schedules.lr.steps[1]: 2 -> 3"]
    said = [
        {"schedules": {"lr": text}} for text in ("f(1)", "g(1)", "f( 1 )", "f(", "")
    ]
    assert shown(said[0], said[2]) == []
    assert shown(said[0], said[1]) == ["schedules.lr: 'f(1)' -> 'g(1)'"]
    assert shown(said[3], said[4]) == ["schedules.lr: 'f(' -> ''"]


def test_schedules_of_a_configuration_are_compared_by_name():
    one, other = (
        {"schedules": {"lr": t}} for t in ("linear(1, 0, 5)", "linear(1, 0, 6)")
    )
    read = read_config(one).schedules, read_config(other).schedules
    assert shown(*read) == ["lr.steps: 5 -> 6"]
    whole = read_config(one), read_config(other)
    assert shown(*whole) == ["schedules.lr.steps: 5 -> 6"]
    with pytest.raises(TypeError, match="two schedules or two documents"):
        changes(BEFORE, one)
