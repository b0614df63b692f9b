"""Fashion-MNIST from files: both forms, the parts, each kind of damage."""

import gzip
import re
import struct

import pytest
import torch

from lehr.training.data import fashion, read_fashion_mnist, read_idx

NAMES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
NAMES += ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


def idx(values, *shape):
    head = struct.pack(">BBBB", 0, 0, 8, len(shape))
    return head + struct.pack(f">{len(shape)}I", *shape) + bytes(values)


def write(folder, train=200, test=20, pack=False):
    for part, size in (("train", train), ("t10k", test)):
        pixels = [number % 256 for number in range(size) for _ in range(784)]
        contents = {
            f"{part}-images-idx3-ubyte": idx(pixels, size, 28, 28),
            f"{part}-labels-idx1-ubyte": idx((n % 10 for n in range(size)), size),
        }
        for name, content in contents.items():
            if pack:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)


@pytest.mark.parametrize("pack", [False, True])
def test_reads_the_four_files_packed_or_not(tmp_path, pack):
    write(tmp_path, pack=pack)
    parts = read_fashion_mnist(tmp_path)
    assert parts.classes == 10
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [
        170,
        30,
        20,
    ]
    assert parts.test.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] * 2
    for part in (parts.train, parts.validation):
        assert part.inputs.shape[1:] == (1, 28, 28)
        assert part.labels.bincount().unique().numel() == 1, "each class has as many"
        ink = (part.numbers % 256 / 255).view(-1, 1, 1, 1)
        assert torch.equal(part.inputs, ink.expand(-1, 1, 28, 28))
    numbers = torch.cat((parts.train.numbers, parts.validation.numbers))
    assert sorted(numbers.tolist()) == list(range(200))


def test_what_is_missing_and_how_to_get_it_is_told(tmp_path, monkeypatch):
    write(tmp_path)
    (tmp_path / NAMES[3]).unlink()
    with pytest.raises(FileNotFoundError, match=rf"no {NAMES[3]} .* package dataset-f"):
        read_fashion_mnist(tmp_path)
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="none holds no train-images"):
        read_fashion_mnist()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (NAMES[0], b"\0\0\x0d\x03", "not a file of bytes in the IDX format"),
        (NAMES[0], b"", "not a file of bytes in the IDX format"),
        (NAMES[0], idx([1] * 5, 6), "tells of 6 bytes in shape [6], and 5 follow"),
        (NAMES[0], idx([1] * 7, 6), "tells of 6 bytes in shape [6], and 7 follow"),
        (NAMES[0], idx([], 2, 2)[:9], "is damaged"),
        (NAMES[0], idx([1] * 8, 2, 2, 2), "shape (images, 28, 28), got (2, 2, 2)"),
        (NAMES[1], idx([1] * 3, 3), "each of the 200 images, got 3"),
        (NAMES[1], idx([10] * 200, 200), "label below 10"),
    ],
)
def test_a_damaged_file_is_told(tmp_path, name, content, message):
    write(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(message)):
        read_fashion_mnist(tmp_path)


def test_a_damaged_packing_is_told(tmp_path):
    whole = gzip.compress(idx([1] * 500, 500))
    file = tmp_path / "some.gz"
    broken = whole[:-9] + bytes([whole[-9] ^ 255]) + whole[-8:]
    for content in (whole[:-10], b"no gzip", broken):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"some.gz is damaged"):
            read_idx(file)
    file.write_bytes(whole)
    assert read_idx(file).tolist() == [1] * 500
