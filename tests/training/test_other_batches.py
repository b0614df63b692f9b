"""Batches of another size in the middle of an epoch: each sample is dealt once."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from lehr.training import BaseTrainer, Checkpointing
from lehr.training.data import DatasetLoader, Loader, StreamLoader
from lehr.training.feed import Feed
from training import runs

X = torch.arange(100.0).reshape(100, 1)


class Rows:
    """A stream that cannot seek."""

    def __iter__(self):
        return iter(X)


class Counted(Rows):
    """A stream that knows its length."""

    def __len__(self):
        return len(X)


def private(size):
    generator = torch.Generator().manual_seed(1)
    data = TensorDataset(X)
    return DataLoader(data, size, shuffle=True, generator=generator)


SEEKING = {
    "Loader": lambda size: Loader(X, size),
    "DatasetLoader": lambda size: DatasetLoader(list(X), size),
    "StreamLoader": lambda size: StreamLoader(Rows(), size),
    "with a length": lambda size: StreamLoader(Counted(), size),
}
REPLAYED = {
    "torch's": lambda size: DataLoader(TensorDataset(X), size, shuffle=True),
    "with a generator": private,
    "list": lambda size: list(X.split(size)),
}


def fit(folder, data, seen, **options):
    def step(model, batch):
        x = batch if isinstance(batch, torch.Tensor) else batch[0]
        seen.extend(x.flatten().int().tolist())
        return (model(x / 100) ** 2).mean()

    torch.manual_seed(0)
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    one = BaseTrainer(
        model, optimizer, step=step, folder=folder, callbacks=[Checkpointing()]
    )
    return one.fit(data, **options)


@pytest.mark.parametrize("kind", SEEKING)
@pytest.mark.parametrize("size", [5, 7, 20, 50])
@pytest.mark.filterwarnings("ignore:.*reading 50 samples again")
def test_a_loader_that_seeks_goes_on_with_batches_of_another_size(tmp_path, kind, size):
    seen = []
    fit(tmp_path, SEEKING[kind](10), seen, updates=5)
    result = fit(
        tmp_path,
        SEEKING[kind](size),
        seen,
        num_epochs=1,
        resume=True,
        on_change="accept",
    )
    assert sorted(seen) == list(range(100))
    assert result.updates == 5 + -(-50 // size)
    assert len(result.history) == 1


@pytest.mark.parametrize("kind", REPLAYED)
@pytest.mark.parametrize("size", [5, 20])
def test_one_that_does_not_seek_refuses_them(tmp_path, kind, size):
    seen = []
    fit(tmp_path, REPLAYED[kind](10), seen, updates=5)
    with pytest.raises(ValueError, match="cannot seek, so its place"):
        fit(
            tmp_path,
            REPLAYED[kind](size),
            seen,
            num_epochs=1,
            resume=True,
            on_change="accept",
        )
    assert len(seen) == 50


@pytest.mark.parametrize("kind", REPLAYED)
def test_at_the_end_of_an_epoch_any_loader_may_have_others(tmp_path, kind):
    seen = []
    fit(tmp_path, REPLAYED[kind](10), seen, num_epochs=1)
    options = {"num_epochs": 2, "resume": True, "on_change": "accept"}
    fit(tmp_path, REPLAYED[kind](25), seen, **options)
    assert sorted(seen[100:]) == list(range(100))


@pytest.mark.parametrize("drop_last", [False, True])
def test_a_stream_with_a_length_knows_the_batches_that_are_left(drop_last):
    loader = StreamLoader(Counted(), 30, drop_last=drop_last)
    assert loader.batches_left == len(loader) == 4 - drop_last
    iterator = iter(loader)
    next(iterator)
    assert loader.batches_left == len(list(iterator))
    assert StreamLoader(Rows(), 30).batches_left is None


def test_an_iterator_that_is_read_again_is_told_of(caplog):
    feed = Feed(iter(range(9)))
    windows = feed.windows(0)
    next(windows)
    again = Feed(iter(range(9)), state=feed.state_dict())
    assert [window[0] for window in again.windows(0)] == list(range(1, 9))
    assert "is an iterator, which must begin where it began" in caplog.text
    caplog.clear()
    again = Feed(runs.stream(range(9)), state=feed.state_dict())
    assert len(list(again.windows(0))) == 8
    assert not caplog.records
