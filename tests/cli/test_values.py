"""`lehr at` and `lehr table`: exact values, ranges, plans, and many rows."""

import csv
import io
import json
import sys
import time

import pytest

from cli.desk import RECIPE
from lehr import Plan, read_config, warmup_cosine
from lehr.cli.columns import aligned, csv_line
from lehr.cli.usage import UsageError
from lehr.cli.values import updates_of
from lehr.config.durations import Length
from lehr.schedules import Cosine, Linear

SCHEDULE = warmup_cosine(3e-4, warmup=1000, total=100_000)
PLAN = Plan(dataset_size=1000, batch_size=10, epochs=4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", [7]),
        ("2.5k", [2500]),
        ("10%", [40]),
        ("1.5ep", [150]),
        ("100 samples", [10]),
        ("0:10:4", [0, 4, 8]),
        (":1ep:50", [0, 50]),
        ("90%::20", [360, 380, 400]),
        ("5:3", []),
        ("398:", [398, 399, 400]),
    ],
)
def test_words_name_updates(text, expected):
    assert updates_of([text], PLAN) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "'x' is not a duration"),
        ("0:x", "'x' is not a duration"),
        ("1:2:3:4", "is no range"),
        ("0:9:0", "the step of"),
        ("0:1M", "more than 100,000 updates"),
        ("0.5", 'write "50%"'),
        ("-1", "must be >= 0"),
        ("3ep", "3ep needs the size of the data set"),
    ],
)
def test_words_that_name_none_are_refused(text, message):
    with pytest.raises(UsageError, match="argument T: ") as refusal:
        updates_of([text], Length(100))
    assert message in str(refusal.value)


def test_a_range_without_an_end_needs_a_run():
    with pytest.raises(UsageError, match="needs an end"):
        updates_of(["5:"], None)


def test_the_printed_values_read_back_as_the_same(shell):
    code, out, _ = shell("at", RECIPE, "0", "999", "33333", "100%")
    rows = [line.split() for line in out.splitlines()[1:]]
    assert code == 0
    assert [(int(t), float(v)) for t, v in rows] == [
        (t, SCHEDULE(t)) for t in (0, 999, 33_333, 100_000)
    ]


def test_json_has_the_clocks_of_the_plan(shell):
    words = ["--plan", "dataset_size=1000,batch_size=10,sequence_length=8,epochs=4"]
    _, out, _ = shell("at", "cosine(1, 0, 4ep)", "1ep", "100%", "--json", *words)
    [facts] = json.loads(out)
    assert facts["expression"] == repr(Cosine(1.0, 0.0, 400))
    assert facts["values"] == [
        {"update": 100, "epoch": 1.0, "tokens": 8000, "value": Cosine(1, 0, 400)(100)},
        {"update": 400, "epoch": 4.0, "tokens": 32000, "value": 0.0},
    ]


def test_updates_before_the_schedule_get_the_way_out(shell):
    code, _, err = shell("at", "500", "cosine(1, 0, 1000)")
    assert code == 2
    assert "the schedule comes first: lehr at SCHEDULE T ..." in err


# ----------------------------------------------------------------------------- tables


def test_csv_has_all_digits_and_every_update(shell):
    code, out, _ = shell("table", "run.yaml", "--every", "1", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    lr = read_config("run.yaml").schedules["lr"]
    assert code == 0
    assert [float(row["lr"]) for row in rows] == [lr(t) for t in range(1501)]
    assert [float(row["epoch"]) for row in rows[::500]] == [0, 1, 2, 3]


def test_json_rows_are_those_of_csv(shell):
    words = ["table", "a=cosine(1, 0, 9)", "a b=0.5"]
    assert shell(*words)[0] == 2  # no such name
    words = ["table", "a=cosine(1, 0, 9)", "cosine(1, 0, 9)", "--every", "4"]
    rows = json.loads(shell(*words, "--json")[1])
    table = list(csv.DictReader(io.StringIO(shell(*words, "--csv")[1])))
    assert [row["update"] for row in rows] == [0, 4, 8, 9]
    assert [{k: float(v) for k, v in row.items()} for row in table] == rows
    assert list(rows[0]) == ["update", "a", "cosine(1, 0, 9)"]


def test_rows_stand_at_joints_and_at_the_end(shell):
    out = shell("table", "chain((linear(0, 1, 37), cosine(1, 0, 64)))", "--json")[1]
    updates = [row["update"] for row in json.loads(out)]
    assert {0, 37, 101} <= set(updates)
    assert updates == sorted(updates)


def test_the_end_is_the_runs_if_it_is_known(shell):
    out = shell("table", "noam(512, warmup=40)", "--steps", "1000", "--csv")[1]
    assert out.splitlines()[-1].startswith("1000,")


def test_an_endless_schedule_needs_a_run(shell):
    code, _, err = shell("table", "noam(512, warmup=40)", "--every", "1", "--csv")
    assert code == 2
    assert "noam(512, warmup=40) does not end\n   = say how long the run is" in err
    assert shell("table", "noam(512, warmup=40)")[0] == 0


def test_columns_with_one_name_are_told_apart(shell):
    out = shell("table", "a=1", "a=2", "a=3", "--csv")[1]
    assert out.splitlines()[0] == "update,a,a #2,a #3"


def test_a_million_rows_take_seconds_and_no_memory(monkeypatch):
    from lehr.cli.reading import Reader, read_all
    from lehr.cli.rows import Rows

    class Counting(io.StringIO):
        size = 0

        def write(self, text):
            self.size = max(self.size, len(text))
            return len(text)

    monkeypatch.setattr(sys, "stderr", None)
    rows = Rows.of(read_all(["linear(1, 0, 300_000)"], Reader()), every=1)
    file, begun = Counting(), time.process_time()
    rows.write_csv(file)
    assert len(rows.updates) == 300_001
    assert file.size < 10**6  # parts, not the whole
    assert time.process_time() - begun < 3  # ten times what it takes


def test_progress_is_told_on_a_terminal_that_shows_nothing_else(monkeypatch):
    from lehr.cli import rows

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(rows, "_SILENT", 0)
    monkeypatch.setattr(sys, "stderr", told := Terminal())
    given = rows.Rows.of(
        [rows.Given("a", Linear(0.0, 1.0, 30_000))],
        every=1,
    )
    given.write_csv(io.StringIO())
    assert told.getvalue() == "\r 33%\r 67%\r100%\r100%\r    \r"
    monkeypatch.setattr(sys, "stderr", told := Terminal())
    given.write_csv(Terminal())
    assert told.getvalue() == ""


def test_more_rows_than_a_person_reads_are_refused(shell):
    code, _, err = shell("table", "linear(0, 1, 1_000_000)", "--every", "1")
    assert code == 2
    assert "--csv > values.csv" in err


def test_columns_that_do_not_fit_stand_below():
    text = aligned(("t", "a" * 30, "b" * 30), [("1", "2", "3")], 1, 40)
    assert [max(map(len, block.splitlines())) for block in text.split("\n\n")] == [
        33,
        33,
    ]


def test_cells_with_commas_and_quotes_read_back():
    cells = ['a,"b"', "c\nd", "e"]
    assert list(csv.reader(io.StringIO(csv_line(cells)))) == [cells]
