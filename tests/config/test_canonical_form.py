"""One text and one hash for each value, today and next year."""

import subprocess
import sys

import numpy as np
import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules

from lehr import Chain, Constant, Cosine, Function, Linear, Noise, Repeat, Table, Window
from lehr.bindings.torch import state
from lehr.config import canonical, fingerprint, read_schedule
from lehr.config.canonical_form import whole

RUN = {
    "schema": 1,
    "schedules": {"lr": "wsd(peak=3e-4, warmup=5%, decay=20%)", "eps": 1e-8},
    "train": {"epochs": 3, "clip_norm": 1.0, "patience": None, "compile": True},
}
GOLDEN = {
    "linear": (Linear(1, 0, 10), "eb0645606fa3821a"),
    "chain": (Chain((Linear(0, 3e-4, 100), Cosine(3e-4, 0, 900))), "c659835fb01c6622"),
    "large": (Noise(0.1, seed=2**64 - 1, every=2.5), "6b78a30a88cf3d37"),
    "table": (Table((0.1, 1e-5, 1e22)), "473f1b309f5e386d"),
    "endless": (Window(Repeat(Linear(1, 0, 10)), 5, float("inf")), "53582d583cc9976c"),
    "several": (
        {"lr": Linear(1, 0, 10), "weight_decay.body": Constant(0.1)},
        "8ae2bd997c8f047e",
    ),
    "document": (RUN, "ddc6b5f94db7433e"),
    "special": (
        [float("inf"), float("-inf"), float("nan"), {"$a": "é"}],
        "83a5870d806b205d",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_hash_never_changes(name):
    value, golden = GOLDEN[name]
    assert fingerprint(value)[:16] == golden


def test_a_hash_is_the_same_in_another_process():
    code = (
        "from lehr import Linear; from lehr.config import fingerprint;"
        "print(fingerprint({'a': Linear(1, 0, 10), 'b': 1e-5}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = fingerprint({"b": np.float64(1e-5), "a": Linear(1.0, -0.0, np.int64(10))})
    assert done.stdout.strip() == here


@given(schedules, schedules)
def test_equal_schedules_and_only_they_have_equal_texts(one, other):
    assert (canonical(one) == canonical(other)) == (one == other)
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@pytest.mark.parametrize(
    "schedule", [s for s in EXAMPLES if not isinstance(s, Function)], ids=repr
)
def test_a_canonical_text_is_an_expression_of_the_value(schedule):
    text = canonical(schedule)
    assert read_schedule(text) == schedule
    assert canonical(read_schedule(text)) == text


def test_numbers_are_written_by_their_value_alone():
    text = "Linear(start=1, end=0, steps=10)"
    numbers = [(1, 0, 10), (1.0, -0.0, 10.0), (np.float32(1), 0, np.int8(10))]
    for one, zero, ten in numbers:
        assert canonical(Linear(one, zero, ten)) == text
    assert repr(whole(-0.0)) == "0"
    assert canonical(Table((1e16, 1e15))) == "Table(values=(1e+16, 1000000000000000))"


@given(st.floats() | st.integers(), st.floats() | st.integers())
def test_numbers_have_one_hash_if_and_only_if_they_are_equal(one, other):
    same = one == other or (one != one and other != other)
    assert (fingerprint(one) == fingerprint(other)) == same
    assert fingerprint(float(2**53)) == fingerprint(2**53)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (None, "null"),
        ("1", 1),
        ([], {}),
        ({"a": None}, {}),
        (float("inf"), {"$number": "inf"}),
        (Linear(1, 0, 10), "Linear(start=1, end=0, steps=10)"),
        (Linear(1, 0, 10), {"$schedule": "Linear(start=1, end=0, steps=10)"}),
        ({"$a": 1}, {"$$a": 1}),
        (2**64, 2**64 + 1),
        (10**400, 10**400 + 1),
    ],
)
def test_what_is_not_the_same_has_another_hash(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_order_of_keys_and_the_kind_of_list_do_not_matter():
    turned = {key: RUN[key] for key in reversed(RUN)}
    assert fingerprint(turned) == fingerprint(RUN)
    assert fingerprint((1, 2)) == fingerprint([1, 2])


def test_saved_states_keep_their_fingerprints():
    text = "Linear(start=1.0, end=0.0, steps=10)"
    rule = {"text": text, "clock": "updates", "times_base": False}
    rules = [{"groups": "all", "schedule": rule}]
    fields = {"lr": {"rules": rules, "bases": [1.0]}}
    assert state.fingerprint(fields)[:16] == "87e3bf538665175b"


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (Function("math:cos"), ValueError, "cannot be written as text"),
        ({1: 2}, TypeError, "keys must be text, got 1"),
        ({"a": object}, TypeError, "plain data and schedules, got <class 'object'>"),
    ],
)
def test_what_has_no_stable_hash_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        fingerprint(value)
