"""Two runs in one folder: the second is refused and changes nothing."""

import socket

from lehr.training import read_json_lines


def test_the_second_names_the_first_and_writes_nothing(tmp_path, forks):
    first = forks("two_writers", folder=tmp_path)
    assert first.status == 0, first.stderr
    told = first.result
    assert (
        f"in use by process {told['pid']} on {socket.gethostname()}" in told["second"]
    )
    assert told["untouched"]
    updates = [r["update"] for r in read_json_lines(tmp_path / "metrics.jsonl")]
    assert updates == list(range(20))


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path, forks, whole):
    for updates in (3, 6, 9, 12, 15):
        forks("train", folder=tmp_path, die=("log", updates))
        assert (tmp_path / ".lock").exists()
    assert forks("train", folder=tmp_path, noise=1).run == whole.run
