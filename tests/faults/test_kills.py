"""A run that is killed anywhere ends as the one that was not, to the last bit."""

import random

import pytest

from faults.forks import KILLED
from faults.phases import PHASES

KILLS = 50  # in each round


@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_in_any_phase_changes_no_bit(tmp_path, forks, whole, figures, phase):
    good = 0
    for updates in (0, 8, 14):
        run = {"folder": tmp_path / str(updates)}
        if phase == "start" and updates:  # of a run that goes on
            forks("train", **run, die=("log", updates))
        at = 0 if phase == "start" else updates
        killed = forks("train", **run, die=(phase, at), noise=updates)
        resumed = forks("train", **run, noise=1)
        good += (killed.status, resumed.run) == (KILLED, whole.run)
    figures("killed in each phase of a run", good, 3)


def test_fifty_kills_at_random_times_change_no_bit(
    tmp_path, forks, whole, figures, round
):
    chance, good, kills, trial = random.Random(round), 0, 0, 0
    while kills < KILLS:
        folder, killed, trial = tmp_path / str(trial), 0, trial + 1
        data = {"workers": 2 if trial % 5 == 0 else 0}
        while True:  # twice at most, so that each run comes to its end
            after = chance.uniform(0, whole.seconds) if killed < 2 else None
            part = forks(
                "train", folder=folder, kill_after=after, noise=killed, data=data
            )
            if part.status != KILLED:
                break
            killed += 1
        kills += killed
        good += killed * (part.run == whole.run)
    figures("SIGKILL at a random time of a run", good, kills)


@pytest.mark.parametrize("number", range(0, 30, 3))
def test_dying_again_and_again_in_the_same_save_changes_no_bit(
    tmp_path, forks, whole, figures, number
):
    deaths = [forks("train", folder=tmp_path, fatal_call=number) for _ in range(3)]
    assert [death.status for death in deaths] == [KILLED] * 3
    last = forks("train", folder=tmp_path, noise=1)
    figures("SIGKILL in the same save, three times", last.run == whole.run, 1)
    assert not list((tmp_path / "checkpoints").glob(".stage*"))


@pytest.mark.parametrize("number", range(10))
def test_a_kill_while_resuming_deletes_nothing(tmp_path, forks, whole, figures, number):
    forks("train", folder=tmp_path, die=("log", 12))
    stage = tmp_path / "checkpoints" / ".stage-update-000000000099-1-1"
    stage.mkdir()
    (stage / "model.safetensors").write_bytes(b"half")
    before = checkpoints(tmp_path)
    killed = forks("train", folder=tmp_path, fatal_step_of_resuming=number)
    assert killed.status == KILLED
    assert checkpoints(tmp_path) == before
    last = forks("train", folder=tmp_path, noise=1)
    figures("SIGKILL while resuming", last.run == whole.run, 1)
    assert not stage.exists()


def checkpoints(folder):
    """Every byte of every checkpoint there is."""
    files = folder.glob("checkpoints/update-*/*")
    return {str(file): file.read_bytes() for file in files}
