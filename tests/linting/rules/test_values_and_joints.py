"""Edges of the rules about values and about joints."""

import pytest

import lehr
from lehr import Chain, Constant, Cosine, Function, Linear, Repeat
from lehr.linting.base import Origin, Subject
from linting.reading import codes


def found(schedule, updates=1000, **known):
    plan = lehr.Plan(batch_size=1, updates=updates)
    return {f.code: f for f in lehr.lint(Subject({"lr": schedule}, plan, **known))}


def test_below_zero_is_told_with_the_first_update_of_it():
    finding = found(Linear(1.0, -1.0, 1000))["LH001"]
    assert finding.step == 501
    assert "-0.998" in finding.message


def test_a_schedule_that_is_negative_behind_the_run_only_is_not_reported():
    assert "LH001" not in found(Linear(1.0, -1.0, 2000), 1000)


def test_a_function_of_ones_own_is_looked_at_by_samples():
    assert found(Function(lambda t: 500 - t))["LH001"].step <= 504
    assert "LH001" not in found(Function(lambda t: 1 + t))


def test_only_fields_that_cannot_be_negative_are_held_to_it():
    subject = Subject({"margin": Linear(1.0, -1.0, 10), "lr": Constant(1e-3)})
    assert "LH001" not in [f.code for f in lehr.lint(subject)]


def test_without_a_run_the_length_of_the_schedule_is_the_run():
    assert codes("linear(1, -1, 100)") == ["LH001"]
    assert codes("0") == ["LH003"]


@pytest.mark.parametrize("updates", [1, 2])
def test_the_shortest_runs_are_looked_at(updates):
    assert found(Linear(1e-3, 0.0, updates), updates).keys() <= {"LH019", "LH020"}


def test_zero_in_the_last_update_alone_is_fine():
    assert not found(Linear(1e-3, 0.0, 999))


def test_zero_in_the_middle_is_told_with_its_length():
    rate = Chain((Linear(1e-3, 0.0, 300), Constant(0.0, 100), Cosine(1e-3, 0.0, 600)))
    finding = found(rate)["LH003"]
    assert finding.step == 300 and "100 updates" in finding.message


def test_a_group_that_is_frozen_is_only_noted():
    subject = Subject({"lr.head": Constant(1e-3), "lr.default": Constant(0.0)})
    (finding,) = [f for f in lehr.lint(subject) if f.code == "LH003"]
    assert finding.severity == "note" and finding.field == "lr.default"


@pytest.mark.parametrize(
    ("peak", "severity"),
    [(0.4, None), (0.5, "warning"), (9.0, "warning"), (10, "error")],
)
def test_the_rate_of_adam_is_far_below_one(peak, severity):
    adam = lehr.linting.base.Optimizer("adam")
    finding = found(Cosine(peak, 0.0, 1000), optimizer=adam).get("LH006")
    assert (finding.severity if finding else None) == severity
    assert "LH006" not in found(Cosine(peak, 0.0, 1000))


def test_a_rate_is_spent_only_if_it_is_so_for_a_fifth_of_the_run():
    late = Chain((Linear(1e-3, 1e-8, 850), Linear(1e-8, 1e-9, 150)))
    assert "LH005" not in found(late)
    early = Chain((Linear(1e-3, 1e-8, 750), Linear(1e-8, 1e-9, 250)))
    assert found(early)["LH005"].step == 750


def test_a_jump_is_told_with_both_values_and_the_factor():
    rate = Chain((Linear(0.0, 1.0, 100), Cosine(0.2, 0.0, 900)))
    assert "from 1 to 0.2, by 5x" in found(rate)["LH011"].message


@pytest.mark.parametrize(
    "rate",
    [
        Repeat(Cosine(1e-3, 0.0, 250)),
        Chain((Cosine(1e-3, 0.0, 500), Cosine(1e-3, 0.0, 500))),
        lehr.multi_step(0.1, factor=0.1, milestones=(300, 600)),
        Chain((Linear(0.01, 0.1, 100), lehr.Step(0.1, factor=0.5, every=100))),
        lehr.Staircase(Cosine(0.1, 0.0, 1000), every=50),
        Linear(0.0, 0.1, 20).then(Constant(0.1))
        * lehr.Step(1.0, factor=0.1, every=300),
        Chain((Cosine(1e-3, 1e-6, 995), Constant(0.0, 5))),
    ],
    ids=repr,
)
def test_what_jumps_by_nature_or_by_little_is_not_reported(rate):
    assert "LH011" not in found(rate)


def test_a_jump_into_stairs_is_reported_though_stairs_jump():
    rate = Chain((Linear(0.0, 1.0, 100), lehr.Step(0.1, factor=0.5, every=300)))
    assert found(rate)["LH011"].step == 100


def test_a_constant_warmup_jumps_up_as_a_note():
    rate = Chain((Constant(1e-4, 50), Cosine(1e-3, 0.0, 950)))
    assert found(rate)["LH011"].severity == "note"


def test_a_second_warmup_with_a_second_decay_is_a_note():
    again = lehr.warmup_cosine(1e-3, warmup=50, total=500, start=0.0)
    assert found(Chain((again, again)))["LH012"].severity == "note"
    once = Chain((again, Linear(0.0, 1e-3, 500)))
    assert found(once)["LH012"].severity == "warning"


def test_a_little_rise_after_the_decay_is_no_climb():
    down, up = Linear(1e-3, 4e-4, 700), Linear(4e-4, 5.9e-4, 300)
    assert "LH012" not in found(Chain((down, up)))
    assert "LH012" in found(Chain((down, Linear(4e-4, 6.1e-4, 300))))
    tiny = Linear(1e-6, 4e-5, 300)  # 40 times as much, and 4 % of the peak
    assert "LH012" not in found(Chain((Linear(1e-3, 1e-6, 700), tiny)))


def test_a_wasted_update_is_told_with_what_the_next_one_uses():
    rate = lehr.warmup_cosine(1e-3, warmup=10, total=1000, start=0.0)
    assert "update 1 uses 0.0001" in found(rate)["LH004"].message


def test_stairs_that_rise_after_a_fall_climb_back():
    rate = lehr.PiecewiseConstant((0.1, 0.01, 0.1), (300, 600))
    finding = found(rate)["LH012"]
    assert finding.step == 600
    assert "from 0.01 to 0.1 at update 600, 10x" in finding.message
    assert "LH012" not in found(lehr.PiecewiseConstant((0.01, 0.1, 0.01), (100, 600)))


def test_a_cosine_of_another_library_that_bounces_back_is_no_cycle():
    there_and_back = Repeat(Chain((Cosine(0.1, 0.0, 700), Cosine(0.0, 0.1, 700))))
    bounced = Origin("torch", "CosineAnnealingLR", {"T_max": 700})
    finding = found(there_and_back, origin={"lr": bounced})
    assert finding["LH012"].step == 700
    assert "LH023" not in finding
    meant = Origin("torch", "CyclicLR")
    assert "LH012" not in found(there_and_back, origin={"lr": meant})
    assert "LH012" not in found(there_and_back)


def test_a_low_first_stair_is_a_warmup_and_no_rising_decay():
    assert "LH018" not in found(lehr.PiecewiseConstant((0.01, 0.1), (50,)))
    assert "LH018" in found(lehr.PiecewiseConstant((0.01, 0.1), (500,)))


def test_a_floor_that_was_meant_as_a_factor_is_one_error_and_no_more():
    text = "warmup_cosine(3e-4, warmup=100, total=1000, floor=0.1)"
    assert codes(text, 1000) == ["LH018"]
