"""Runs read back: from a store, or from lines of JSON where there is none."""

import json
import math
import os
import sqlite3
import subprocess
import sys

import pytest

from lehr.training import JsonLines, RunStore, find_runs, read_run
from lehr.training.result import Best


def stored(folder, *records, status=None, **facts):
    store = RunStore(folder)
    store.describe(facts)
    store.open(0)
    for record in records:
        store.log(record)
    if status:
        store.finish(status)
    store.close()
    return read_run(folder)


def lines(folder, *records):
    log = JsonLines(folder / "metrics.jsonl")
    log.open(0)
    for record in records:
        log.log(record)
    log.close()
    return read_run(folder)


RECORDS = [
    {"update": 0, "epoch": 0, "loss": 4.0},
    {"update": 1, "epoch": 0, "loss": 3.0, "val_loss": math.inf},
    {"update": 2, "epoch": 1, "loss": 2.0, "val_loss": 0.5, "note": "NaN?"},
    {"update": 3, "epoch": 1, "loss": math.nan, "val_loss": 0.75},
]


@pytest.mark.parametrize("write", [stored, lines])
def test_a_run_tells_what_it_logged(tmp_path, write):
    run = write(tmp_path / "one", *RECORDS)
    assert run.name == "one"
    assert run.names == ("epoch", "loss", "val_loss", "note")
    assert run.updates == 4
    assert run.column("val_loss") == ([1, 2, 3], [math.inf, 0.5, 0.75])
    assert run.column("epoch") == ([0, 1, 2, 3], [0, 0, 1, 1])
    assert run.best == Best("val_loss", 0.5, 2, 1)
    last = run.last()
    assert math.isnan(last.pop("loss"))
    assert last == {"epoch": 1, "val_loss": 0.75, "note": "NaN?"}
    with pytest.raises(ValueError, match="one has no 'lr'; it has epoch, loss"):
        run.column("lr")


def test_the_best_goes_by_what_is_monitored(tmp_path):
    records = [{"update": u, "val_accuracy": u % 3} for u in range(5)]
    run = stored(tmp_path, *records, monitor="val_accuracy", mode="max")
    assert run.best == Best("val_accuracy", 2, 2, 0)
    assert stored(tmp_path, {"update": 0, "loss": 1.0}).best is None
    assert stored(tmp_path, {"update": 0, "val_loss": math.nan}).best is None


def test_a_run_without_records_has_no_updates(tmp_path):
    run = stored(tmp_path, total_updates=7)
    assert (run.updates, run.names, run.last(), run.total_updates) == (0, (), {}, 7)
    with pytest.raises(ValueError, match="has no 'loss'; it has nothing"):
        run.column("loss")


def test_a_folder_of_lines_tells_what_its_other_files_know(tmp_path):
    facts = {"started": "2026-01-02T03:04:05+00:00", "lehr": "0.0.9", "torch": "2.4"}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    (tmp_path / "resolved.yaml").write_text("lr: 1")
    run = lines(tmp_path, *RECORDS)
    assert (run.status, run.config) == ("unfinished", "lr: 1")
    assert (run.created.year, run.lehr, run.torch) == (2026, "0.0.9", "2.4")
    (tmp_path / "summary.json").write_text("{}")
    assert read_run(tmp_path / "metrics.jsonl").status == "finished"


def test_of_a_process_elsewhere_nothing_is_known(tmp_path):
    run = stored(tmp_path)
    assert run.status == "running"  # this process is alive
    for host, pid, status in (
        ("another-machine", 1, "running"),
        (os.uname().nodename, 2**22 + 1, "killed"),
    ):
        with sqlite3.connect(run.path) as database:
            database.execute("UPDATE run SET host = ?, pid = ?", (host, pid))
        database.close()
        assert read_run(tmp_path).status == status


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no run: neither run\.sqlite"):
        read_run(tmp_path)
    (tmp_path / "run.sqlite").write_text("no database at all, but some notes of mine")
    with pytest.raises(ValueError, match="cannot be read as the store of a run"):
        read_run(tmp_path)
    (tmp_path / "run.sqlite").write_bytes(b"")
    with pytest.raises(ValueError, match="the store of a run: no such table"):
        read_run(tmp_path)
    (tmp_path / "some.jsonl").write_text('{"loss": 1}\n')
    with pytest.raises(ValueError, match="holds no records"):
        read_run(tmp_path / "some.jsonl")


def test_a_store_without_its_run_is_refused(tmp_path):
    run = stored(tmp_path)
    with sqlite3.connect(run.path) as database:
        database.execute("DELETE FROM run")
    database.close()
    with pytest.raises(ValueError, match="has no run in it"):
        read_run(tmp_path)


def test_runs_are_found_in_order_and_not_inside_one_another(tmp_path):
    stored(tmp_path / "b")
    lines(tmp_path / "group" / "a", {"update": 0, "loss": 1.0})
    stored(tmp_path / "b" / "inner")
    stored(tmp_path / "1" / "2" / "3" / "4")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    found = [path.relative_to(tmp_path).as_posix() for path in find_runs(tmp_path)]
    assert found == ["b", "group/a"]
    assert list(find_runs(tmp_path / "b")) == [tmp_path / "b"]


def test_reading_loads_no_torch(tmp_path):
    stored(tmp_path, *RECORDS)
    code = (
        "import sys; from lehr.training import read_run; "
        f"read_run({str(tmp_path)!r}).last(); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
