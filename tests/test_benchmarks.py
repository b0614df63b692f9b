"""The benchmarks compare like with like, and their tables tell the truth."""

import sys
from pathlib import Path

import numpy as np
import pytest

import lehr

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import harness
import peers

WARMUP, TOTAL = 100, 1_000


def test_the_peers_draw_the_curve_that_we_draw():
    ours = lehr.warmup_cosine(
        peers.PEAK, warmup=WARMUP, total=TOTAL, floor=peers.FLOOR
    ).curve(0, TOTAL)
    t = np.arange(TOTAL)
    torch_scheduler = peers.torch_warmup_cosine(WARMUP, TOTAL)
    stepped = []
    for _ in range(TOTAL):
        stepped.append(torch_scheduler.get_last_lr()[0])
        torch_scheduler.step()
    one_liner = peers.numpy_warmup_cosine(WARMUP, TOTAL)(t)
    optax_curve = peers.optax_warmup_cosine(WARMUP, TOTAL)(t)
    np.testing.assert_allclose(one_liner, ours, rtol=1e-9)
    np.testing.assert_allclose(stepped, ours, rtol=1e-9)
    np.testing.assert_allclose(optax_curve, ours, rtol=1e-4)  # float32


def test_every_code_has_its_turn_in_every_round():
    turns = []
    codes = {
        name: harness.Code("turns.append(name)", {"turns": turns, "name": name}, 2)
        for name in ("ours", "theirs")
    }
    times = harness.interleaved(codes, rounds=3)
    assert {name: len(seconds) for name, seconds in times.items()} == {
        "ours": 3,
        "theirs": 3,
    }
    assert turns[-4:] == ["ours", "ours", "theirs", "theirs"]


def test_part_of_the_work_is_scaled_to_the_whole():
    names = {"work": lambda: sum(range(20_000))}
    codes = {
        "part": harness.Code("work()", names, 5, scale=1_000),
        "whole": harness.Code("work()", names, 5),
    }
    row = harness.compare("sums", harness.interleaved(codes), "whole", "part")
    assert 200 < row.ratio < 5_000


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds():
    times = {"ours": [1.0, 2.0, 4.0], "theirs": [10.0, 10.0, 10.0]}
    row = harness.compare("it", times, "ours", "theirs", times_faster=6)
    assert (row.ratio, row.ours, row.theirs) == (5.0, 2.0, 10.0)
    assert row.reached is False


@pytest.mark.parametrize(
    ("row", "goal", "reached"),
    [
        (harness.Row("it", 2e-6, at_most=1e-6), "<= 1 us", False),
        (harness.Row("it", 9e-7, at_most=1e-6), "<= 1 us", True),
        (harness.Row("it", 1.0, "peer", 2.0, 2.0, times_faster=2), ">= 2x", True),
        (harness.Row("it", 1.0, "peer", 2.0, 2.0), "", None),
        (
            harness.Row("it", 3.0, "peer", 2.0, 2 / 3, times_as_long=1.6),
            "<= 1.6x its time",
            True,
        ),
        (
            harness.Row("it", 3.0, "peer", 2.0, 2 / 3, times_as_long=1.4),
            "<= 1.4x its time",
            False,
        ),
    ],
)
def test_a_goal_is_reached_or_missed(row, goal, reached):
    assert (row.goal, row.reached) == (goal, reached)
    assert ("**no**" in harness.table([row])) is (reached is False)
    if row.times_as_long:
        assert "1.5x its time" in harness.table([row])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(9e-8, "90 ns"), (1e-6, "1 us"), (0.0123, "12.3 ms"), (3.0, "3 s"), (7200, "2 h")],
)
def test_times_are_readable(seconds, text):
    assert harness.readable(seconds) == text
