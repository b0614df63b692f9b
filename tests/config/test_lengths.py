"""Lengths as they are written: found wherever a document may hold one."""

import pytest

from lehr.config import Document
from lehr.config.lengths import written_lengths


def lengths(lr, **sections):
    document = Document({"schedules": {"lr": lr}, **sections}, "<dict>")
    found = written_lengths(document, {"lr": ("schedules", "lr")})
    return {
        path[2:] if path[0] == "schedules" else path: t for path, t in found.items()
    }


@pytest.mark.parametrize(
    ("lr", "found"),
    [
        (0.1, {}),
        ("0.1 * linear(1, 0, 5%)", {("steps",): "5%"}),
        ("-linear(1, 0, 100)", {("steps",): "100"}),
        ("step(1, every=3ep, factor=0.1)", {("every",): "3ep"}),
        ("multi_step(1, milestones=(10, 50%), factor=0.1)",
         {("milestones", 0): "10", ("milestones", 1): "50%"}),
        ({"kind": "linear", "start": 1, "end": 0, "steps": {"tokens": 10}},
         {("steps",): "10 tokens"}),
        ({"_target_": "lehr.Linear", "start": 1, "end": 0, "steps": 7},
         {("steps",): "7"}),
        ({"kind": "chain", "pieces": ["linear(0, 1, 5)", {"kind": "constant",
          "value": 1, "steps": "9ep"}]},
         {("pieces", 0, "steps"): "5", ("pieces", 1, "steps"): "9ep"}),
        ("linear(1, 0", {}),
        ("nothing(3ep)", {}),
        ({"kind": 3, "steps": 7}, {}),
        ({"kind": "linear", "zzz": "3ep"}, {}),
    ],
)  # fmt: skip
def test_finds(lr, found):
    assert lengths(lr) == found


def test_those_of_the_run_have_their_unit():
    assert lengths(1, plan={"tokens": "10B", "updates": None}) == {
        ("plan", "tokens"): "10B tokens"
    }
    assert lengths(1, plan={"length": "3ep"}, train={"epochs": 3}) == {
        ("plan", "length"): "3ep",
        ("train", "epochs"): "3ep",
    }
