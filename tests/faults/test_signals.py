"""Signals at any time: the run saves, stops, says so, and goes on where it was."""

import random
import signal

import pytest

from faults.forks import KILLED
from lehr.training import CheckpointStore

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SIGNALS = 10  # in each round


def test_signals_at_random_times_change_no_bit(tmp_path, forks, whole, figures, round):
    chance, good, sent, trial = random.Random(round), 0, 0, 0
    while sent < SIGNALS:
        folder, trial = tmp_path / str(trial), trial + 1
        number = chance.choice(list(CODES))
        after = chance.uniform(0.2, 1) * whole.seconds
        stopped = forks(
            "train", folder=folder, kill_after=after, number=number, exits=True
        )
        if not in_the_run(folder):
            continue
        sent += 1
        resumed = forks("train", folder=folder, noise=1)
        good += (stopped.status, resumed.run) == (CODES[number], whole.run)
    figures("SIGINT and SIGTERM at random times", good, sent)


def in_the_run(folder):
    """Whether the signal came after the beginning and before the end."""
    store = CheckpointStore(folder / "checkpoints")
    return not store.is_empty and store.newest()[0].updates < 20


@pytest.mark.parametrize("call", range(0, 14, 2))
@pytest.mark.parametrize("number", list(CODES))
def test_a_signal_in_the_middle_of_a_save_leaves_it_whole(
    tmp_path, forks, whole, number, call
):
    stopped = forks("train", folder=tmp_path, signal_in_save=[call, number], exits=True)
    assert stopped.status == CODES[number]
    assert forks("train", folder=tmp_path, noise=1).run == whole.run


@pytest.mark.parametrize("call", range(0, 14, 2))
def test_a_second_signal_in_a_save_quits_and_leaves_what_was_whole(
    tmp_path, forks, whole, call
):
    both = [call, signal.SIGINT, signal.SIGINT]
    options = {"folder": tmp_path, "checkpointing": {"asynchronous": False}}
    quit_ = forks("train", signal_in_save=both, **options)
    assert (quit_.status, quit_.result["error"]) == (1, "KeyboardInterrupt")
    resumed = forks("train", noise=1, **options)
    assert resumed.run == whole.run
    assert not list((tmp_path / "checkpoints").glob(".stage*"))


def test_a_kill_after_a_signal_loses_no_more_than_the_interval(tmp_path, forks, whole):
    forks("train", folder=tmp_path, die=("callback", 8), die_by=signal.SIGTERM)
    assert CheckpointStore(tmp_path / "checkpoints").newest()[0].updates == 8
    killed = forks("train", folder=tmp_path, die=("optimizer step", 8))
    assert killed.status == KILLED
    assert forks("train", folder=tmp_path, noise=1).run == whole.run


def test_in_another_thread_the_run_is_the_same_and_says_what_it_cannot(
    tmp_path, forks, whole
):
    threaded = forks("train", folder=tmp_path, thread=True)
    assert threaded.run == whole.run
    assert threaded.stderr.count("not in the main thread") == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, 0),
        ({"patience": 0}, 0),
        ({"goals": {"num_epochs": 1}}, 0),
        ({"callbacks": ["time limit"]}, 75),
        ({"die": ["callback", 3], "die_by": signal.SIGINT}, 130),
        ({"die": ["callback", 3], "die_by": signal.SIGTERM}, 143),
        ({"die": ["callback", 3]}, KILLED),
        ({"poison": ["loss", 17, 1]}, 1),
        ({"limit": [4, 9_000]}, 1),
        ({"data": {"bad": ["raises", 75]}}, 1),
        ({"resume": True}, 1),
        ({"callbacks": ["broken"]}, 1),
        ({"callbacks": ["broken logger"]}, 0),
    ],
)
def test_the_exit_code_is_0_only_if_the_run_is_over(tmp_path, forks, options, code):
    assert forks("train", folder=tmp_path, exits=True, **options).status == code


@pytest.mark.parametrize("call", range(0, 14, 2))
def test_a_second_signal_in_a_save_beside_the_training_quits_and_leaves_it_whole(
    tmp_path, forks, whole, call
):
    both = [call, signal.SIGINT, signal.SIGINT]
    quit_ = forks("train", folder=tmp_path, signal_in_save=both)
    assert (quit_.status, quit_.result["error"]) == (1, "KeyboardInterrupt")
    assert not list((tmp_path / "checkpoints").glob(".stage*")), "it was waited for"
    assert forks("train", folder=tmp_path, noise=1).run == whole.run


def test_sigusr1_saves_and_trains_on(tmp_path, forks, whole):
    options = {"every": 100, "checkpointing": {"keep_last": 9}}
    asked = {"die": ("callback", 7), "die_by": signal.SIGUSR1}
    ended = forks("train", folder=tmp_path, **asked, **options)
    assert ended.run["trained"] == whole.run["trained"]
    assert [7, True] in ended.result["checkpoints"]
