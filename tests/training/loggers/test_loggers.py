"""Each update stands in a log exactly once, however often the run was killed."""

import csv

import pytest

from lehr.training import (
    Csv,
    JsonLines,
    Printer,
    RunStore,
    read_json_lines,
    read_run,
)


@pytest.fixture(params=[JsonLines, Csv])
def kind(request):
    return request.param


@pytest.fixture(params=[JsonLines, Csv, RunStore])
def any_kind(request):
    return request.param


def read(log):
    if isinstance(log, RunStore):
        run = read_run(log.path)
        return run.column("loss")[0] if run.names else []
    if isinstance(log, JsonLines):
        return [record["update"] for record in read_json_lines(log.path)]
    with log.path.open(newline="") as file:
        return [int(row["update"]) for row in csv.DictReader(file)]


def write(log, *updates):
    for update in updates:
        log.log({"update": update, "loss": update / 8})


def test_a_resumed_log_has_each_update_once(tmp_path, any_kind):
    log = any_kind(tmp_path / "deep" / "log")
    log.open(0)
    write(log, 0, 4, 9)
    log.flush()
    again = any_kind(log.path)  # the first was killed: it was never closed
    again.open(5)
    write(again, 9, 12)
    again.close()
    log.close()
    assert read(log) == [0, 4, 9, 12]


def test_a_log_from_the_start_forgets_all(tmp_path, any_kind):
    log = any_kind(tmp_path / "log")
    write(log, 0, 1)
    log.open(0)
    log.close()
    assert read(log) == []


def test_a_torn_last_line_is_dropped(tmp_path, kind):
    log = kind(tmp_path / "log")
    write(log, 0, 1)
    log.close()
    with log.path.open("ab") as file:
        file.write(b'{"upda')
    log.open(7)
    write(log, 7)
    log.close()
    assert read(log) == [0, 1, 7]


def test_a_record_is_there_once_log_returns(tmp_path, kind):
    log = kind(tmp_path / "log")
    write(log, 0)
    assert read(log) == [0]
    log.close()
    assert str(log.path) in repr(log)


def test_new_names_become_new_columns(tmp_path):
    log = Csv(tmp_path / "log.csv")
    log.log({"update": 0, "loss": 0.5})
    log.log({"update": 1, "loss": 0.25, "val_loss": 0.75})
    log.log({"update": 2, "loss": 0.125})
    log.close()
    assert log.path.read_text().split() == [
        "update,loss,val_loss",
        "0,0.5,",
        "1,0.25,0.75",
        "2,0.125,",
    ]


def test_numbers_that_json_has_not_are_named(tmp_path):
    log = JsonLines(tmp_path / "log")
    log.log({"update": 0, "a": float("nan"), "b": float("-inf")})
    log.close()
    assert list(read_json_lines(log.path)) == [
        {"update": 0, "a": "NaN", "b": "-Infinity"}
    ]


def test_a_reader_leaves_out_what_is_half_written(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"update": 0}\n{"upd')
    assert list(read_json_lines(path)) == [{"update": 0}]


def test_printed_lines_are_for_people(capsys):
    log = Printer()
    log.open(5)
    log.log({"update": 5, "epoch": 1, "loss": 2 / 3, "note": "late", "gradient_bad": 0})
    log.close()
    line = "update 6  epoch 2  loss 0.6667  note late  gradient_bad 0\n"
    assert capsys.readouterr().out == line
