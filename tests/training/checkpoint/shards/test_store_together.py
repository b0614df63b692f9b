"""What a store does when ranks cannot save together."""

import pytest
import torch

from lehr.training import (
    CheckpointCorruptError,
    CheckpointStore,
    CheckpointWriteError,
)
from lehr.training.checkpoint.shards import Alone


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "checkpoints")


def save_sharded(store):
    return store.save_sharded(
        {"model": {"w": torch.ones(2)}}, Alone(), timeout=1.0, updates=1
    )


def test_a_folder_that_cannot_be_made_is_a_disk_that_refuses(store):
    store.folder.write_text("a file")
    with pytest.raises(CheckpointWriteError):
        save_sharded(store)


def test_a_save_that_cannot_be_numbered_is_given_up(store):
    store.folder.mkdir()
    (store.folder / "run.json").write_text("damaged")
    save_sharded(store)
    with pytest.raises(CheckpointCorruptError, match="identity"):
        store.wait()
    assert [one.name for one in store.folder.iterdir()] == ["run.json"]
