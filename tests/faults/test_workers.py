"""Data that fail: in this process and in workers, which raise, die or hang."""

import re

import pytest

from lehr.training import CheckpointStore

READ = {0: 75, 2: 40}  # of this process or worker: in epoch 1, updates 5 to 9


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_names_sample_epoch_and_worker_and_loses_no_update(
    tmp_path, forks, whole, workers
):
    data = {"workers": workers, "bad": ["raises", READ[workers]]}
    failed = forks("train", folder=tmp_path, data=data)
    assert (failed.status, failed.result["error"]) == (1, "ZeroDivisionError")
    place = r"while reading sample \d+ of epoch 1"
    assert re.search(place + (r" \(worker [01]\)" if workers else "\n"), failed.stderr)
    assert "while dealing batch" in failed.stderr
    goes_on_from_there(tmp_path, forks, whole)


def test_a_worker_that_is_killed_ends_the_run_which_can_go_on(tmp_path, forks, whole):
    data = {"workers": 2, "bad": ["dies", READ[2]]}
    failed = forks("train", folder=tmp_path, data=data)
    assert failed.status == 1
    assert re.search(
        r"worker [01] \(process \d+\) has died, by signal 9", failed.stderr
    )
    assert "while dealing batch" in failed.stderr
    goes_on_from_there(tmp_path, forks, whole)


def test_a_worker_that_hangs_ends_the_run_after_the_timeout(tmp_path, forks, whole):
    data = {"workers": 2, "timeout": 3, "bad": ["hangs", READ[2]]}
    failed = forks("train", folder=tmp_path, data=data)
    assert failed.status == 1
    assert failed.seconds < 60
    assert "timed out after 3" in failed.stderr
    goes_on_from_there(tmp_path, forks, whole)


def goes_on_from_there(folder, forks, whole):
    """The last checkpoint is that of the interval, and the run is exact."""
    newest, _ = CheckpointStore(folder / "checkpoints").newest()
    assert newest.updates in (4, 5, 6, 8)
    assert forks("train", folder=folder, noise=1).run == whole.run
