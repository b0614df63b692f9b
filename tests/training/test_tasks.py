"""Tasks: what each kind of data of a run document becomes."""

import gzip
import math
import struct

import pytest
import torch
from torch.nn import functional

from lehr.config.run_data import BytesData, FashionData, SyntheticData, TableData
from lehr.training.data import read_bytes
from lehr.training.tasks import bits_per_byte, next_byte_loss, read_task


def idx(numbers, *shape):
    head = b"\0\0\x08" + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return head + bytes(numbers)


@pytest.fixture
def clothes(tmp_path):
    """The four files of Fashion-MNIST, with few images in them."""
    folder = tmp_path / "fashion"
    folder.mkdir()
    for part, count in (("train", 200), ("t10k", 20)):
        labels = [number % 10 for number in range(count)]
        pixels = [label * 20 for label in labels for _ in range(28 * 28)]
        images = gzip.compress(idx(pixels, count, 28, 28))
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels, count))
    return folder


def test_fashion_comes_from_a_folder_beside_the_document(clothes):
    data = FashionData(kind="fashion-mnist", path="fashion")
    task = read_task(data, clothes.parent)
    assert (task.kind, task.outputs, tuple(task.shape)) == ("classes", 10, (1, 28, 28))
    assert [len(p) for p in (task.train, task.validation, task.test)] == [170, 30, 20]


def test_what_was_typed_may_lie_anywhere_and_what_was_written_may_not(clothes):
    outside = FashionData(kind="fashion-mnist", path=str(clothes))
    with pytest.raises(ValueError, match="leads out of the folder"):
        read_task(outside, clothes.parent / "elsewhere")
    task = read_task(outside, clothes.parent / "elsewhere", clothes)
    assert len(task.train) == 170


def test_a_folder_without_the_images_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    data = FashionData(kind="fashion-mnist", path="empty")
    with pytest.raises(FileNotFoundError, match="dataset-fashion-mnist, or give the"):
        read_task(data, tmp_path)


def test_bytes_are_windows_of_a_file_in_three_parts(tmp_path):
    content = bytes(n % 251 for n in range(1000))
    (tmp_path / "my.txt").write_bytes(content)
    data = BytesData(kind="bytes", text="my.txt", context=10, validation=0.1, test=0.2)
    task = read_task(data, tmp_path)
    assert (task.kind, task.outputs, task.context) == ("bytes", 256, 10)
    assert tuple(task.shape) == (10,)
    [windows] = task.validation.tensors
    assert bytes(windows[1].tolist()) == content[710:721]
    assert [len(p) for p in (task.train, task.validation, task.test)] == [69, 9, 19]
    inputs, targets = task.transform((windows,), None)
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    assert task.count_tokens((inputs, targets)) == 90


def test_without_a_text_it_is_the_standard_library():
    data = BytesData(kind="bytes", context=64, validation=0.01, test=0.01)
    task = read_task(data)
    assert task.text.source.startswith("the standard library of ")
    expected = read_bytes(validation=0.01, test=0.01)
    assert torch.equal(task.text.test, expected.test)


def test_a_text_that_is_too_short_for_its_shares_is_told(tmp_path):
    (tmp_path / "my.txt").write_bytes(b"x" * 1000)
    data = BytesData(kind="bytes", text="my.txt", context=128)
    with pytest.raises(ValueError, match="the validation part has 50 bytes, and needs"):
        read_task(data, tmp_path)


def test_the_loss_of_bytes_is_the_mean_over_all_of_them():
    # 256 places: as many as there are bytes, so the classes must not be taken for them.
    output, target = torch.randn(3, 256, 256), torch.randint(256, (3, 256))
    each = functional.log_softmax(output, -1).gather(-1, target[..., None])
    assert next_byte_loss(output, target).item() == pytest.approx(-each.mean().item())
    bits = bits_per_byte(output, target).item()
    assert bits == pytest.approx(-each.mean().item() / math.log(2))


def test_synthetic_classes_are_further_apart_the_less_noise():
    def spread(noise):
        data = SyntheticData(kind="synthetic", samples=400, classes=2, noise=noise)
        inputs, labels = read_task(data).train.tensors
        first, second = (inputs[labels == label].mean(0) for label in (0, 1))
        return (first - second).norm().item()

    assert spread(0.5) == pytest.approx(2 * spread(1.0), rel=0.2)


def test_a_synthetic_regression_has_one_number_to_estimate():
    data = SyntheticData(kind="synthetic", task="regression", samples=300, noise=1e-6)
    task = read_task(data)
    inputs, target = task.train.tensors
    assert (task.kind, task.outputs, task.metrics) == ("numbers", 1, {})
    solution = torch.linalg.lstsq(inputs, target).solution
    assert (inputs @ solution - target).abs().max() < 1e-4
    assert sum(map(len, (task.train, task.validation, task.test))) == 300
    assert task.loss is functional.mse_loss


def test_the_fingerprint_is_that_of_what_is_trained_on(tmp_path):
    def of(text):
        (tmp_path / "my.txt").write_bytes(text)
        data = BytesData(kind="bytes", text="my.txt", context=4)
        return read_task(data, tmp_path).fingerprint()

    first = of(b"abcdefgh" * 100)
    assert of(b"abcdefgh" * 100) == first
    assert of(b"abcdefgi" + b"abcdefgh" * 99) != first


def test_a_table_needs_its_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_task(TableData(kind="table", path="none.csv"), tmp_path)
