"""The speed of training, on a clock that the test winds."""

import resource
import time

import pytest

from lehr.training import Callback, Checkpointing, Throughput
from training import runs

SPEED = {"samples_per_second", "seconds_per_update", "memory_mib"}


class Clock(Callback):
    """Lets each update take `training` seconds, and each event after it others."""

    def __init__(self, monkeypatch, training=2.0):
        self.now, self.training = 100.0, training
        self.records = []
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def on_update(self, context):
        self.now += self.training
        self.training *= 1 + 0.5 * (context.update >= 6)

    def on_evaluate(self, context):
        self.now += 1000.0

    def on_log(self, context):
        self.now += 100.0
        self.records.append(dict(context.record))

    def on_save_point(self, context):
        self.now += 10.0


def measured(monkeypatch, speed, folder, *, updates=5, **options):
    clock = Clock(monkeypatch)
    one = runs.trainer(folder, callbacks=[speed, clock])
    result = runs.fit(one, updates=updates, **options)
    return one, result, clock.records


def test_what_is_not_training_does_not_count(monkeypatch, tmp_path):
    speed = Throughput(tokens_per_sample=3, flops_per_sample=100.0, peak_flops=5000.0)
    _, result, records = measured(monkeypatch, speed, tmp_path)
    assert records[0]["samples_per_second"] == 12 / 2.0  # 3 batches of 4
    assert records[3]["samples_per_second"] == 48 / 8.0
    for row in (records[4], result.history[0]):
        assert row["samples_per_second"] == 54 / 10.0
        assert row["seconds_per_update"] == 2.0
        assert row["tokens_per_second"] == pytest.approx(3 * 5.4)
        assert row["mfu"] == pytest.approx(5.4 * 100 / 5000)


def test_the_means_are_over_the_window_and_in_the_history_over_the_epoch(
    monkeypatch, tmp_path
):
    _, result, records = measured(
        monkeypatch, Throughput(window=2), tmp_path, updates=10
    )
    times = [2.0] * 7 + [3.0, 4.5, 6.75]
    for update in range(1, 10):
        expected = sum(times[update - 1 : update + 1]) / 2
        assert records[update]["seconds_per_update"] == pytest.approx(expected)
    seconds = [row["seconds_per_update"] for row in result.history]
    assert seconds == pytest.approx([2.0, sum(times[5:]) / 5])


def test_only_what_can_be_known_is_noted(monkeypatch, tmp_path):
    _, result, records = measured(monkeypatch, Throughput(), tmp_path)
    assert records[0].keys() >= SPEED
    assert not {"tokens_per_second", "mfu"} & (records[4].keys() | result.history[0])


def test_the_memory_is_that_of_the_process(monkeypatch, tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _, result, records = measured(monkeypatch, Throughput(), tmp_path)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert before <= records[0]["memory_mib"] <= result.history[0]["memory_mib"]
    assert result.history[0]["memory_mib"] <= after


def test_without_a_way_to_ask_for_the_memory_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "resource", None)
    _, _, records = measured(monkeypatch, Throughput(), tmp_path)
    assert "memory_mib" not in records[0]
    assert "seconds_per_update" in records[0]


def test_measuring_changes_no_number_and_a_resumed_run_is_measured(tmp_path):
    plain = runs.trainer(tmp_path / "plain")
    runs.fit(plain, updates=12)
    runs.fit(runs.trainer(tmp_path / "one", callbacks=[Throughput()]), updates=7)
    one = runs.trainer(tmp_path / "one", callbacks=[Throughput(), Checkpointing()])
    result = runs.fit(one, updates=12, resume=True)
    assert result.history[1].keys() - plain.history[1].keys() == SPEED
    for row in one.history:
        for name in SPEED:
            row.pop(name)
    state = plain.model.state_dict()
    assert all((one.model.state_dict()[n] == t).all() for n, t in state.items())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": 0}, "window must be >= 1, got 0"),
        ({"tokens_per_sample": 0}, "tokens_per_sample must be >= 1, got 0"),
        ({"peak_flops": 1e12}, "must be given together, got None and 1000"),
        ({"flops_per_sample": 0, "peak_flops": 1}, "flops_per_sample must be > 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Throughput(**arguments)
