"""The store of a run: complete, exact, safe from kills, readable while written."""

import contextlib
import math
import os
import resource
import signal
import sqlite3
import time
from importlib.metadata import version

import numpy as np
import pytest
import torch

from lehr.training import RunStore, read_run
from lehr.training.loggers import background


@contextlib.contextmanager
def opened(path, updates=0, **options):
    store = RunStore(path, **options)
    store.open(updates)
    try:
        yield store
    finally:
        with contextlib.suppress(sqlite3.Error):
            store.close()


def column(path, name):
    return read_run(path).column(name)


def test_every_value_comes_back_as_it_was(tmp_path):
    values = [0.1, -0.0, math.inf, -math.inf, 5e-324, 7, 2**63 - 1, "warm \u2191", 1.0]
    with opened(tmp_path) as store:
        for update, value in enumerate(values):
            store.log({"update": update, "x": value})
    back = column(tmp_path, "x")[1]
    assert back == values
    assert [type(value) for value in back] == [type(value) for value in values]
    assert math.copysign(1, back[1]) == -1


def test_nan_comes_back_as_nan_and_none_is_no_value(tmp_path):
    with opened(tmp_path) as store:
        store.log({"update": 0, "x": math.nan, "y": None, "z": 1})
    assert math.isnan(column(tmp_path, "x")[1][0])
    assert read_run(tmp_path).names == ("x", "z")


def test_what_is_no_plain_number_is_made_one(tmp_path):
    odd = {"a": True, "b": 2**70, "c": np.float32(0.5), "d": torch.tensor(3), "e": [1]}
    with opened(tmp_path) as store:
        store.log({"update": 0, **odd})
    assert read_run(tmp_path).last() == {
        "a": 1,
        "b": 2.0**70,
        "c": 0.5,
        "d": 3,
        "e": "[1]",
    }


def test_a_second_record_of_an_update_adds_to_it_and_replaces(tmp_path):
    with opened(tmp_path) as store:
        store.log({"update": 4, "loss": 1.0, "lr": 0.5})
        store.log({"update": 4, "loss": 2.0, "val_loss": 3.0})
    assert read_run(tmp_path).last() == {"loss": 2.0, "lr": 0.5, "val_loss": 3.0}
    assert column(tmp_path, "loss") == ([4], [2.0])


def test_a_record_that_is_changed_afterwards_is_kept_as_it_was(tmp_path):
    record = {"update": 0, "loss": 1.0}
    with opened(tmp_path) as store:
        store.log(record)
        record["loss"] = 2.0
    assert column(tmp_path, "loss") == ([0], [1.0])


def test_records_are_written_by_themselves_soon(tmp_path):
    with opened(tmp_path) as store:
        store.log({"update": 0, "loss": 1.0})
        end = time.monotonic() + 20 * background.INTERVAL
        while not read_run(tmp_path).names and time.monotonic() < end:
            time.sleep(0.02)
        assert column(tmp_path, "loss") == ([0], [1.0])


def test_a_reader_sees_a_whole_run_while_it_is_written(tmp_path):
    with opened(tmp_path) as store:
        for update in range(100):
            store.log({"update": update, "loss": 1.0})
            if update % 10 == 9:
                store.flush()
                run = read_run(tmp_path)
                assert (run.updates, run.status) == (update + 1, "running")
                assert run.column("loss")[0] == list(range(update + 1))


def test_a_reader_that_holds_on_does_not_stop_the_writer(tmp_path):
    with opened(tmp_path) as store:
        store.log({"update": 0, "loss": 1.0})
        store.flush()
        reader = sqlite3.connect(store.path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM metrics").fetchone()
        store.log({"update": 1, "loss": 2.0})
        store.flush()
        assert len(reader.execute("SELECT * FROM metrics").fetchall()) == 1
        reader.close()
    assert column(tmp_path, "loss")[0] == [0, 1]


def test_what_was_flushed_survives_a_kill_and_the_rest_is_whole(tmp_path):
    child = os.fork()
    if child == 0:
        store = RunStore(tmp_path)
        store.open(0)
        for update in range(50):
            store.log({"update": update, "a": 1.0, "b": 2.0})
            if update == 29:
                store.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    run = read_run(tmp_path)
    assert run.status == "killed"
    assert run.column("a")[0] == run.column("b")[0]
    assert run.column("a")[0][:30] == list(range(30))
    with opened(tmp_path, 20) as store:
        store.log({"update": 20, "a": 3.0, "b": 4.0})
        assert read_run(tmp_path).status == "running"
    assert column(tmp_path, "a") == (list(range(21)), [1.0] * 20 + [3.0])
    assert read_run(tmp_path).id == run.id


def test_a_run_from_the_start_is_another_run(tmp_path):
    with opened(tmp_path, config="one") as store:
        store.log({"update": 0, "old": 1.0})
    before = read_run(tmp_path)
    assert (before.names, before.config) == (("old",), "one")
    with opened(tmp_path) as store:
        store.log({"update": 0, "new": 1.0})
    after = read_run(tmp_path)
    assert (after.names, after.config) == (("new",), "")
    assert after.id != before.id


def test_a_resumed_run_keeps_its_configuration_and_beginning(tmp_path):
    with opened(tmp_path, config="lr: 1") as store:
        store.log({"update": 0, "x": 1.0})
        store.finish("interrupted")
    before = read_run(tmp_path)
    assert before.status == "interrupted"
    with opened(tmp_path, 1) as store:
        store.finish("finished")
    after = read_run(tmp_path)
    assert (after.id, after.created, after.config) == (
        before.id,
        before.created,
        "lr: 1",
    )
    assert after.status == "finished"
    assert after.torch == version("torch")


def test_one_plain_file_is_left(tmp_path):
    with opened(tmp_path) as store:
        store.log({"update": 0, "x": 1.0})
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]
    read_run(tmp_path).column("x")
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]


def test_any_tool_for_sqlite_reads_it(tmp_path):
    with opened(tmp_path / "my.sqlite") as store:
        store.log({"update": 3, "loss": 0.5, "bad": math.nan})
    with contextlib.closing(sqlite3.connect(tmp_path / "my.sqlite")) as database:
        rows = database.execute("SELECT * FROM metrics ORDER BY name").fetchall()
    assert rows == [(3, "bad", None), (3, "loss", 0.5)]


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(tmp_path) as store:
        store.log({"update": 0, "loss": 1.0})
        store.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            with pytest.raises(sqlite3.OperationalError):
                for update in range(1, 100_000):
                    store.log({"update": update, "loss": 1.0})
                    if update % 1000 == 0:
                        store.flush()
            with pytest.raises(sqlite3.OperationalError):
                store.log({"update": 0, "loss": 1.0})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert column(tmp_path, "loss")[1][0] == 1.0
    with opened(tmp_path, 1) as store:  # there is room again
        store.log({"update": 1, "loss": 2.0})
    assert column(tmp_path, "loss") == ([0, 1], [1.0, 2.0])


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "run.sqlite"
    path.write_text("these are my notes, and no database")
    with pytest.raises(sqlite3.DatabaseError):
        RunStore(path).open(0)
    assert path.read_text().startswith("these are my notes")


def test_a_store_of_a_newer_lehr_is_refused(tmp_path):
    with opened(tmp_path) as store:
        path = store.path
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=99")
    with pytest.raises(ValueError, match=r"newer lehr \(layout 99, this one knows 1\)"):
        RunStore(path).open(0)
    with pytest.raises(ValueError, match="newer lehr"):
        read_run(path)


def test_a_record_opens_the_store_and_without_one_there_is_nothing_to_finish(tmp_path):
    store = RunStore(tmp_path)
    with pytest.raises(ValueError, match=r"not open: call open\(updates\) first"):
        store.finish("finished")
    store.log({"update": 5, "x": 1.0})
    store.close()
    store.close()
    assert column(tmp_path, "x") == ([5], [1.0])
    assert repr(store) == f"RunStore({str(tmp_path / 'run.sqlite')!r})"
