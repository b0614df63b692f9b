"""Formats: those of older versions are read, those of newer ones are named."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest
import torch

from lehr.training import (
    CheckpointCorruptError,
    CheckpointStore,
    CheckpointVersionError,
    Retention,
)
from lehr.training.checkpoint import manifest, read_checkpoint

GOLDEN = Path(__file__).parent / "golden"
"""Run folders as each format was written by the version that introduced it."""


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path)
    store.save({"model": {"w": torch.ones(2)}}, updates=1)
    store.save({"model": {"w": torch.zeros(2)}}, updates=2)
    return store


def reseal(path, **changes):
    """Change a manifest as one who can compute its seal."""
    file = path / manifest.NAME
    about = json.loads(file.read_text())
    del about["sha256"]
    file.write_bytes(manifest._sealed({**about, **changes}))


def test_a_folder_of_format_1_is_read():
    store = CheckpointStore(GOLDEN / "format-1" / "checkpoints")
    entry, state = store.newest()
    assert (entry.serial, entry.updates, entry.epochs) == (2, 6, 2)
    assert entry.finite
    weight = torch.arange(6.0).reshape(2, 3) + 6
    assert torch.equal(state["model"]["0.weight"], weight)
    rest = state["state"]
    assert rest["optimizer"]["state"][0]["step"] == 3
    assert rest["optimizer"]["param_groups"] == [{"lr": 0.1, "betas": (0.9, 0.999)}]
    assert math.isnan(rest["done"]["best"])
    assert rest["count"] == Counter({3: 2})
    assert rest["half"].dtype is torch.bfloat16
    assert store.best(Retention()).metrics == {"val_loss": 0.25}


def test_there_is_a_golden_folder_for_each_format_and_a_way_from_each_old_one():
    formats = range(1, manifest.FORMAT + 1)
    assert sorted(path.name for path in GOLDEN.iterdir()) == [
        f"format-{number}" for number in formats
    ]
    assert sorted(manifest.MIGRATIONS) == list(formats)[:-1]


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_each_golden_folder_is_of_its_format_and_loads(folder):
    for path in (folder / "checkpoints").glob("update-*"):
        written = json.loads((path / manifest.NAME).read_text())["format"]
        assert folder.name == f"format-{written}"
        assert read_checkpoint(path).keys() == {"model", "state"}


def test_a_newer_format_is_an_error_of_its_own_and_nothing_is_done(store):
    newest = store.entries()[-1].path
    reseal(newest, format=99)
    with pytest.raises(
        CheckpointVersionError, match=r"has format 99, and .* reads up to 3; install"
    ) as caught:
        store.newest()  # going back would lose what the newer version has done
    assert (caught.value.path, caught.value.format) == (newest, 99)
    with pytest.raises(CheckpointVersionError):
        store.save({"model": {}}, updates=3, retention=Retention())
    with pytest.raises(CheckpointVersionError):
        read_checkpoint(newest)
    assert len(list(store.folder.glob("update-*"))) == 2


@pytest.mark.parametrize("number", [0, -1, 1.5, "2", None, True])
def test_what_is_no_format_is_damage(store, number):
    path = store.entries()[-1].path
    reseal(path, format=number)
    with pytest.raises(CheckpointCorruptError, match="its format is"):
        read_checkpoint(path)
    assert store.newest()[0].updates == 1


@pytest.mark.parametrize(
    ("weights", "finite"),
    [
        (torch.ones(3), True),
        (torch.tensor([1.0, math.nan]), False),
        (torch.tensor([1.0, -math.inf]).bfloat16(), False),
        (torch.tensor([complex(0, math.nan)]), False),
        (torch.tensor([math.nan]).to(torch.float8_e5m2), False),
        (torch.tensor([1.0]).to(torch.float8_e4m3fn), True),
        (torch.tensor([2**40]), True),
        (torch.ones(0), True),
    ],
)
def test_whether_weights_are_finite_is_written_down(tmp_path, weights, finite):
    store = CheckpointStore(tmp_path)
    state = {"model": {"w": weights}, "state": {"worst": torch.tensor(math.inf)}}
    assert store.save(state, updates=1).finite is finite
    assert store.entries()[0].finite is finite
