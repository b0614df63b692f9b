"""Text as bytes: parts, windows, and a network that learns from them."""

import copy
import os
import tarfile
from pathlib import Path

import pytest
import torch

from lehr.training.data import (
    DatasetLoader,
    Loader,
    byte_windows,
    next_byte,
    read_bytes,
)


def test_a_file_is_dealt_in_order_without_overlap(tmp_path):
    file = tmp_path / "some.txt"
    content = bytes(range(200))
    file.write_bytes(content)
    text = read_bytes(file, validation=0.1, test=0.25)
    parts = (text.train, text.validation, text.test)
    assert [len(part) for part in parts] == [130, 20, 50]
    assert b"".join(bytes(part.tolist()) for part in parts) == content
    assert text.source == str(file)


def test_writing_into_what_was_read_leaves_the_file_alone(tmp_path):
    file = tmp_path / "some.txt"
    file.write_bytes(b"abcdef" * 10)
    read_bytes(file).train.zero_()
    assert file.read_bytes() == b"abcdef" * 10


def test_the_standard_library_is_read_in_the_order_of_names():
    text, again = read_bytes(validation=0, test=0), read_bytes(validation=0, test=0)
    assert torch.equal(text.train, again.train)
    assert len(text.train) > 5_000_000
    whole = bytes(text.train.tolist())
    places = [whole.index(Path(m.__file__).read_bytes()) for m in (copy, os, tarfile)]
    assert places == sorted(places)
    assert Path(pytest.__file__).read_bytes() not in whole, "it was installed"


def test_windows_predict_each_byte_once():
    text = torch.arange(100, dtype=torch.uint8)
    loader = Loader(byte_windows(text, 9), 4, transform=next_byte)
    seen = []
    for inputs, targets in loader:
        assert inputs.dtype == targets.dtype == torch.int64
        assert torch.equal(inputs + 1, targets)
        seen += targets.flatten().tolist()
    assert sorted(seen) == list(range(1, 100))
    assert byte_windows(text, 9, stride=1).shape == (91, 10)
    assert byte_windows(text, 9).data_ptr() == text.data_ptr(), "no copy"


def test_windows_are_a_data_set_too():
    windows = byte_windows(torch.arange(13), 4)
    loader = DatasetLoader(windows, 2, shuffle=False)
    assert [len(batch) for batch in loader] == [2, 1]


def test_refusals(tmp_path):
    file = tmp_path / "some.txt"
    file.write_bytes(b"")
    with pytest.raises(ValueError, match=r"data set is empty: .* holds no byte"):
        read_bytes(file)
    with pytest.raises(ValueError, match="is not a file"):
        read_bytes(tmp_path)
    file.write_bytes(b"abc")
    with pytest.raises(ValueError, match="leave nothing to train on of 3 bytes"):
        read_bytes(file, validation=0.5, test=0.5)
    with pytest.raises(ValueError, match=r"validation must be in \[0, 1\], got 2"):
        read_bytes(file, validation=2)
    with pytest.raises(ValueError, match="context must be < 3, the bytes"):
        byte_windows(torch.arange(3), 3)
