"""The digits: whole, real, always dealt alike; and their augmentation."""

import gzip
from importlib.resources import files

import pytest
import torch

from lehr.training.data import Draws, digits, read_digits, shift_and_turn

DATA = read_digits()
PARTS = (DATA.train, DATA.validation, DATA.test)
# Of all 1,797 images, as scikit-learn's documentation of the collection counts them.
IMAGES_PER_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
FIRST_ZERO = """
0  0  5 13  9  1  0  0
0  0 13 15 10 15  5  0
0  3 15  2  0 11  8  0
0  4 12  0  0  8  8  0
0  5  8  0  0  9  8  0
0  4 11  0  1 12  7  0
0  2 14  5 10 12  0  0
0  0  6 13 10  0  0  0
"""


def whole_collection():
    numbers = torch.cat([part.numbers for part in PARTS])
    order = numbers.argsort()
    images = torch.cat([part.inputs for part in PARTS])[order]
    return numbers[order], images, torch.cat([part.labels for part in PARTS])[order]


def test_every_image_is_in_one_part():
    numbers, _, labels = whole_collection()
    assert numbers.tolist() == list(range(1797))
    assert labels.bincount().tolist() == IMAGES_PER_CLASS


def test_the_first_image_is_the_zero_that_everybody_knows():
    _, images, labels = whole_collection()
    known = torch.tensor(
        [[int(n) for n in row.split()] for row in FIRST_ZERO.split("\n")[1:-1]]
    )
    assert torch.equal(images[0, 0] * 16, known.float())
    assert labels[:10].tolist() == list(range(10))


def test_each_part_has_its_share_of_each_class():
    for part, share in zip(PARTS, (0.65, 0.15, 0.2), strict=True):
        shares = part.labels.bincount() / torch.tensor(IMAGES_PER_CLASS)
        assert shares.tolist() == pytest.approx([share] * 10, abs=0.01)


def test_the_parts_do_not_move_between_versions():
    assert DATA.test.numbers[:8].tolist() == [7, 15, 18, 20, 25, 36, 44, 46]


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    packed = files("lehr.training.data").joinpath("digits.bin.gz").read_bytes()
    planes = bytearray(gzip.decompress(packed))
    planes[1000] ^= 1
    (tmp_path / "digits.bin.gz").write_bytes(gzip.compress(bytes(planes)))
    monkeypatch.setattr(digits, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"digits\.bin\.gz is damaged"):
        read_digits()


def augmented(numbers, epoch=0):
    images = DATA.train.inputs[: len(numbers)]
    draws = Draws(seed=0, epoch=epoch, indices=torch.tensor(numbers))
    seen, labels = shift_and_turn((images, DATA.train.labels[: len(numbers)]), draws)
    assert torch.equal(labels, DATA.train.labels[: len(numbers)])
    return images, seen


def test_augmentation_changes_an_image_a_little_and_anew_each_epoch():
    images, seen = augmented(list(range(200)))
    _, later = augmented(list(range(200)), epoch=1)
    assert seen.shape == images.shape
    ink = seen.sum((1, 2, 3)) / images.sum((1, 2, 3))
    assert ((ink > 0.7) & (ink < 1.3)).all()
    far = (images - images.roll(1, 0)).abs().mean()
    for before, after in ((images, seen), (seen, later), (images, later)):
        assert 0.01 < (before - after).abs().mean() < far / 2


def test_augmentation_of_an_image_is_its_own_whatever_the_batch():
    _, together = augmented([3, 1, 4, 1, 5])
    for row, number in enumerate([3, 1, 4, 1, 5]):
        images = DATA.train.inputs[row : row + 1]
        draws = Draws(seed=0, epoch=0, indices=torch.tensor([number]))
        (alone,) = shift_and_turn((images,), draws)
        assert torch.allclose(alone[0], together[row], atol=1e-6)
