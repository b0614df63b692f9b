"""Windows of batches, and the place of a run in its data."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    EmptyDataError,
    JsonLines,
    LoggingCallback,
    read_json_lines,
)
from lehr.training.feed import Feed, require_rereadable
from training import runs


def sizes(feed, epoch=0):
    return [len(window) for window in feed.windows(epoch)]


@pytest.mark.parametrize("wrap", [list, runs.stream])
def test_the_last_window_of_an_epoch_has_what_is_left(wrap):
    feed = Feed(wrap(range(7)), 3)
    seen = [(list(window), feed.epoch_over) for window in feed.windows(0)]
    assert seen == [([0, 1, 2], False), ([3, 4, 5], False), ([6], True)]


def test_a_stream_that_ends_with_a_full_window_tells_it_in_time():
    feed = Feed(runs.stream(range(6)), 3)
    assert [feed.epoch_over for _ in feed.windows(0)] == [False, True]
    assert feed.updates_per_epoch is None


def test_a_loader_with_a_length_tells_its_end_in_time():
    feed = Feed(list(range(6)), 3)
    assert [feed.epoch_over for _ in feed.windows(0)] == [False, True]
    assert feed.updates_per_epoch == 2


def test_each_epoch_is_told_to_the_loader():
    class Loader(list):
        epochs = ()

        def set_epoch(self, epoch):
            self.epochs += (epoch,)

    loader = Loader([1, 2])
    feed = Feed(loader)
    sizes(feed, 0)
    feed.next_epoch()
    sizes(feed, 1)
    assert loader.epochs == (0, 1)


def test_a_seekable_loader_reads_nothing_twice():
    loader = runs.batches("lehr")
    feed = Feed(loader, 3)
    windows = feed.windows(2)
    next(windows), next(windows)
    state = feed.state_dict()
    rest = [[y.tolist() for _, y in window] for window in windows]
    other = Feed(runs.batches("lehr"), 3, state)
    assert [[y.tolist() for _, y in window] for window in other.windows(2)] == rest
    assert other.batches == 14


def test_a_length_that_is_wrong_is_told():
    class Short(list):
        def __len__(self):
            return 2

    with pytest.raises(ValueError, match="is 2, but it gave one more batch"):
        sizes(Feed(Short([1, 2, 3])))


def test_no_data_is_told():
    with pytest.raises(EmptyDataError, match="train_data holds no batch"):
        Feed([])
    with pytest.raises(EmptyDataError, match="gave no batch in epoch 0"):
        sizes(Feed(runs.stream([])))
    once = Feed(iter([1]))
    sizes(once)
    once.next_epoch()
    with pytest.raises(EmptyDataError, match="an iterator can be read once"):
        sizes(once, 1)
    with pytest.raises(TypeError, match="must be an iterable of batches, got int"):
        Feed(3)


def test_data_to_evaluate_on_must_be_there_each_time():
    require_rereadable(None, [1])
    same = [1]
    require_rereadable(same, same)
    with pytest.raises(ValueError, match="an iterator, which can be read once"):
        require_rereadable(iter([1]), [1])
    with pytest.raises(EmptyDataError, match="val_data holds no batch"):
        require_rereadable([], [1])
    with pytest.raises(TypeError, match="val_data must be an iterable"):
        require_rereadable(3, [1])


def test_a_loader_with_a_position_cannot_be_evaluated_while_it_is_trained_on():
    loader = runs.batches("lehr")
    with pytest.raises(ValueError, match="build a second loader"):
        require_rereadable(loader, loader)
    require_rereadable(runs.batches("lehr"), loader)


@pytest.mark.parametrize("kind", ["lehr", "torch", "generator"])
def test_a_state_taken_between_the_last_window_and_the_end_has_nothing_left(kind):
    feed = Feed(runs.batches(kind), 3)
    assert len(list(feed.windows(0))) == 5
    again = Feed(runs.batches(kind), 3, feed.state_dict())
    assert list(again.windows(0)) == []
    assert again.epoch_over
    for one in (feed, again):
        one.next_epoch()
    expected, found = (next(one.windows(1))[0][0] for one in (feed, again))
    if kind != "torch":  # whose order comes from the global random state
        assert torch.equal(expected, found)


def test_a_state_that_was_not_used_is_still_there():
    feed = Feed(runs.batches("generator"), 3)
    next(feed.windows(0))
    state = feed.state_dict()
    assert Feed(runs.batches("generator"), 3, state).state_dict() == state


def test_a_loader_with_other_generators_than_were_saved_is_refused():
    feed = Feed(runs.batches("generator"), 3)
    next(feed.windows(0))
    other = Feed(runs.batches("torch"), 3, feed.state_dict())
    with pytest.raises(ValueError, match=r"has 0 random generators .* had 1 when"):
        next(other.windows(0))


def test_workers_that_stay_do_not_change_the_order_of_a_resumed_run():
    # In a process of its own: workers are forked, which others' threads would break.
    script = Path(__file__).with_name("staying_workers.py")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.splitlines() == ["same"] * 4, done.stderr


class Draws:
    """A stream of unknown length whose batches draw from the global random numbers."""

    def __init__(self, count=7):
        self.count = count

    def __iter__(self):
        for _ in range(self.count):
            yield torch.rand(4, 8), torch.randint(3, (4,))


@pytest.mark.parametrize("updates", [3, 6, 7, 8, 13])
def test_a_stream_that_draws_is_resumed_exactly_with_one_batch_read_ahead(
    tmp_path, updates
):
    def run(folder, updates, resume=None):
        model = runs.net()
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
        log = LoggingCallback(1, [JsonLines(folder / "log.jsonl")])
        one = BaseTrainer(
            model,
            optimizer,
            folder=folder,
            callbacks=[Checkpointing(every_updates=1), log],
        )
        one.fit(Draws(), updates=updates, resume=resume)
        return one

    whole = run(tmp_path / "whole", 16)
    run(tmp_path / "parts", updates)
    parts = run(tmp_path / "parts", 16, resume=True)
    assert runs.digest(parts) == runs.digest(whole)
    lines = [
        list(read_json_lines(tmp_path / name / "log.jsonl"))
        for name in ("whole", "parts")
    ]
    assert [line["update"] for line in lines[0]] == list(range(16)), "each once"
    assert lines[1] == lines[0]
    ends = [line["update"] for line in lines[0] if "train_loss" in line]
    assert ends == [6, 13]


def test_a_stream_goes_on_after_an_error_in_its_last_update():
    class Fails(Callback):
        times = 0

        def on_update(self, context):
            if context.update == 6 and not self.times:
                self.times = 1
                raise OSError("once")

    model = runs.net()
    one = BaseTrainer(
        model, torch.optim.SGD(model.parameters(), lr=0.1), callbacks=[Fails()]
    )
    with pytest.raises(OSError, match="once"):
        one.fit(Draws(), num_epochs=2)
    assert one.fit(Draws(), num_epochs=2).updates == 14
