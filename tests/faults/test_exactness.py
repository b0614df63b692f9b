"""What changes no bit: kills, looking on, the number of workers, the order."""

import pytest

from faults.forks import KILLED
from lehr.training import read_json_lines

LONG = {"samples": 250}  # 21 windows an epoch: both kills fall into one
FREQUENT = {"every": 1, "checkpointing": {"asynchronous": False}}


@pytest.mark.parametrize(
    "workers", [(2, 2, 2), (0, 2, 4), (4, 0, 2)], ids=["2-2-2", "0-2-4", "4-0-2"]
)
def test_20_updates_are_7_a_kill_5_a_kill_and_8(tmp_path, forks, figures, workers):
    def train(folder, part, **more):
        data = {**LONG, "workers": workers[part], "prefetch_factor": part + 1}
        if not workers[part]:
            data.pop("prefetch_factor")
        return forks("train", folder=tmp_path / folder, data=data, **FREQUENT, **more)

    straight = train("whole", 0)
    first = train("parts", 0, die=("save point", 7), noise=3)
    second = train("parts", 1, die=("save point", 12), noise=1)
    last = train("parts", 2, noise=2)
    assert (first.status, second.status) == (KILLED, KILLED)
    assert straight.run["updates"] == 20
    figures("20 updates = 7 + 5 + 8", last.run == straight.run, 1)
    logs = [records(tmp_path / name) for name in ("whole", "parts")]
    assert logs[0] == logs[1]
    assert [record["update"] for record in logs[1]] == list(range(20))
    rates = [record["lr"] for record in logs[1]]
    assert rates == sorted(rates[:5]) + sorted(rates[5:], reverse=True), "as planned"
    samples = [number for record in logs[1] for number in record["samples"].split(",")]
    assert len(samples) == len(set(samples)) == 240, "of one epoch, each once"


def test_evaluating_more_often_changes_nothing(tmp_path, forks):
    seldom, often, never = (
        forks("train", folder=tmp_path / name, data=LONG, **options)
        for name, options in (
            ("seldom", {"evaluate_every": 7}),
            ("often", {"evaluate_every": 1}),
            ("never", {"evaluates": False, "patience": None}),
        )
    )
    assert seldom.run["trained"] == often.run["trained"] == never.run["trained"]
    assert seldom.run["state"] != often.run["state"], "it was evaluated more often"
    assert trained(tmp_path / "seldom") == trained(tmp_path / "often")
    assert trained(tmp_path / "seldom") == trained(tmp_path / "never")


@pytest.mark.parametrize(
    "options",
    [
        {"loggers": []},
        {"every": 100},
        {"callbacks": ["progress", "throughput", "gradients", "profiler"]},
        {"backwards": True},
    ],
    ids=["no log", "no checkpoints", "all that looks on", "in another order"],
)
def test_what_looks_on_changes_no_number(tmp_path, forks, whole, options):
    watched = forks("train", folder=tmp_path, **options)
    assert watched.status == 0, watched.stderr
    assert watched.run["trained"] == whole.run["trained"]


def test_the_epochs_last_window_is_short_however_it_is_cut(tmp_path, forks):
    """8 at once are 4 twice, but for the order in which float32 adds."""
    once, twice = (
        forks(
            "train",
            folder=tmp_path / name,
            data={"batch_size": size, "samples": 51},
            accumulation=windows,
            plain=True,
        )
        for name, size, windows in (("1x8", 8, 1), ("2x4", 4, 2))
    )
    losses = [[r["loss"] for r in records(tmp_path / n)] for n in ("1x8", "2x4")]
    assert once.run["lines"] == twice.run["lines"] == 20
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def records(folder):
    return list(read_json_lines(folder / "metrics.jsonl"))


def trained(folder):
    """The log without what evaluations add."""
    names = ("update", "epoch", "loss", "lr", "samples")
    return [{name: record[name] for name in names} for record in records(folder)]
