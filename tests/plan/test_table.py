"""The table: its milestones, its figures, its notes."""

import pytest

from lehr import Chain, Constant, Cosine, Linear
from lehr.plan import BatchRamp, Plan, milestones

PLAN = Plan(dataset_size=1_000, batch_size=50, sequence_length=10, epochs=5)
CURVE = Chain((Linear(0.0, 0.1, 20), Constant(0.1, 30), Linear(0.1, 0.0, 50)))


def row(text, name):
    [line] = [line for line in text.splitlines() if line.startswith(name + "  ")]
    return line[len(name) :].split()


def test_milestones_are_the_phases_the_peak_and_the_end():
    found = [(m.name, m.position.updates, m.value) for m in milestones(PLAN, CURVE)]
    assert found == [
        ("start", 0, 0.0),
        ("warmup ends, peak", 20, 0.1),
        ("stable ends", 50, 0.1),
        ("last update", 99, CURVE(99)),
        ("decay ends, end", 100, None),
    ]


def test_milestones_stand_at_the_plans_positions():
    assert all(
        m.position == PLAN.at(m.position.updates) for m in milestones(PLAN, CURVE)
    )


def test_without_a_schedule_there_are_only_the_ends():
    names = [m.name for m in milestones(PLAN)]
    assert names == ["start", "last update", "end"]
    assert "value" not in PLAN.table()


def test_several_phases_of_a_name_are_numbered():
    teeth = Chain((Linear(1.0, 0.0, 30), Linear(1.0, 0.0, 70)))
    names = [m.name for m in milestones(PLAN, teeth)]
    assert "decay 1 ends" in names
    assert "decay 2 ends, end" in names


def test_a_constant_has_no_peak():
    assert not any("peak" in m.name for m in milestones(PLAN, Constant(0.1, 100)))


def test_figures_are_those_of_the_plan():
    text = PLAN.table(CURVE)
    assert row(text, "one update") == ["1", "1", "0.05", "50", "500", "-"]
    assert row(text, "one epoch") == ["20", "20", "1", "1,000", "10,000", "-"]
    peak = row(text, "warmup ends, peak")
    assert peak == ["20", "20", "1", "1,000", "10,000", "0.1"]
    last = row(text, "last update")
    assert last == ["99", "99", "4.95", "4,950", "49,500", "0.002"]
    end = row(text, "decay ends, end")
    assert end == ["100", "100", "5", "5,000", "50,000", "-"]
    assert "note" not in text


def test_columns_are_aligned():
    lines = PLAN.table(CURVE).split("\n\n")[1].splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split()[0] == "updates"


def test_columns_that_the_plan_cannot_fill_are_left_out():
    text = str(Plan(batch_size=8, updates=100))
    assert "tokens" not in text
    assert "epoch" not in text
    assert text == Plan(batch_size=8, updates=100).table()


def test_the_summary_says_how_a_batch_is_made():
    ramp = BatchRamp((24, 48), (1_000, 2_000))
    plan = Plan(
        dataset_size=1_003,
        batch_size=8,
        accumulation=4,
        world_size=3,
        drop_last=True,
        length="2.5ep",
        ramp=ramp,
    )
    run, batch, grown, epoch = str(plan).split("\n\n")[0].splitlines()
    assert run == "run     2.5ep: 103 updates"
    assert batch == "batch   96 samples an update = 8 x 4 accumulated x 3 processes"
    assert grown == "ramp    24 until 1,000, 48 until 2,000 updates"
    assert epoch == "epoch   984 samples, 19 left out; its last update has 24"


def test_one_is_singular():
    text = str(Plan(dataset_size=1, batch_size=1, updates=1))
    assert text.startswith(
        "run     1 update\nbatch   1 sample an update\nepoch   1 sample\n"
    )


@pytest.mark.parametrize(
    ("schedule", "note"),
    [
        (
            Cosine(1.0, 0.0, 300),
            "note: the schedule lasts 300 updates, the run 100; the last 200 are not "
            "used",
        ),
        (
            Cosine(1.0, 0.25, 60),
            "note: the schedule lasts 60 updates, the run 100; 0.25 is held for the "
            "last 40",
        ),
        (
            Chain((Linear(0.0, 0.5, 100), Linear(0.5, 0.0, 100))),
            "note: the peak, 0.5, is not reached in this run",
        ),
    ],
)
def test_notes_what_does_not_fit(schedule, note):
    assert note in PLAN.table(schedule).splitlines()


@pytest.mark.parametrize("schedule", [Constant(0.1), Constant(0.1, 100), CURVE])
def test_what_fits_gets_no_note(schedule):
    assert "note" not in PLAN.table(schedule)


def test_the_middle_of_very_many_phases_is_left_out():
    teeth = Chain(tuple(Linear(1.0, 0.0, 2) for _ in range(40)))
    lines = Plan(batch_size=8, updates=80).table(teeth).splitlines()
    assert len(lines) < 32
    # start, 39 joints, last update, end: 42; 12 and 11 are shown.
    assert any(line.startswith("... 19 more") for line in lines)
    assert lines[-1].startswith("decay 40 ends, end")


def test_very_many_epochs_are_written_in_full():
    plan = Plan(dataset_size=1, batch_size=1, epochs=12_345_678)
    assert row(str(plan), "end")[2] == "12,345,678"
