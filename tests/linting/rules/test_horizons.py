"""Edges of the rules about the end of the run, and about what was not counted."""

import pytest

import lehr
from lehr.linting.rules import RULES
from linting.reading import codes, subject_of_text

SHORT = (
    "LH007",
    "LH008",
    "LH009",
    "LH010",
    "LH013",
    "LH014",
    "LH015",
    "LH016",
    "LH017",
)


def horizon(lr, plan="batch_size: 32, updates: 1000"):
    text = f"plan: {{{plan}}}\nschedules:\n  lr: {lr}\n"
    return [f for f in lehr.lint(subject_of_text(text)) if f.code in SHORT]


@pytest.mark.parametrize(
    ("total", "floor", "severity"),
    [
        (999, 0, None),
        (998, 0, "warning"),
        (980, 0, "error"),
        (980, 1e-6, "warning"),
        (980, 1e-4, "note"),
        (500, 1e-4, "warning"),
        (1001, 0, None),
        (1050, 0, None),
        (1500, 0, "warning"),
        (1500, 8e-4, "warning"),
        (1500, 9.9e-4, None),
    ],
)
def test_how_bad_a_difference_is_goes_with_its_size_and_with_what_is_held(
    total, floor, severity
):
    found = horizon(f"warmup_cosine(1e-3, warmup=50, total={total}, floor={floor})")
    assert [f.severity for f in found] == ([severity] if severity else [])


def test_a_peak_behind_the_end_is_told_once():
    found = horizon("warmup_cosine(1e-3, warmup=3000, total=10000)")
    assert [f.code for f in found] == ["LH009"]
    assert "3,000" in found[0].message and "1,000" in found[0].message
    assert [f.code for f in horizon("warmup_constant(1e-3, warmup=3000)")] == ["LH009"]


@pytest.mark.parametrize(
    "lr",
    [
        "1e-3",
        "warmup_constant(1e-3, warmup=50)",
        "inverse_sqrt(1e-3, warmup=50)",
        "sgdr(1e-3, period=500)",
        "chain((linear(1e-5, 1e-3, 50), cosine(1e-3, 1e-4, 500), constant(1e-4)))",
        "multi_step(0.1, factor=0.1, milestones=(300, 600))",
    ],
)
def test_what_has_no_end_of_its_own_is_not_measured_against_the_run(lr):
    assert not horizon(lr)


ACCUMULATED = "dataset_size: 64000, batch_size: 8, accumulation: 4, epochs: 2"
EVERYTHING = (
    "dataset_size: 64000, batch_size: 2, accumulation: 4, world_size: 4, epochs: 3"
)


@pytest.mark.parametrize(
    ("total", "plan", "code", "words"),
    [
        (16_000, ACCUMULATED, "LH013", "accumulation is 4"),
        (15_990, ACCUMULATED, "LH013", "(4x)"),
        (6_000 * 4, EVERYTHING, "LH013", "micro-batches"),
        (6_000 * 16, EVERYTHING, "LH014", "every batch"),
        (64_000 * 3, EVERYTHING, "LH016", "samples"),
        (64_000, EVERYTHING, "LH016", "64,000"),
        (3, EVERYTHING, "LH015", "counts epochs"),
        (2_000, EVERYTHING, "LH015", "one epoch"),
        (6_000 * 2_000, EVERYTHING, "LH015", "times those of an epoch"),
    ],
)
def test_each_way_to_count_wrong_is_told_by_name(total, plan, code, words):
    (found,) = horizon(f"cosine(1e-3, 0, {total})", plan)
    assert found.code == code and words in found.message
    assert found.severity == "error"


def test_an_unknown_factor_is_a_plain_difference():
    assert [f.code for f in horizon("cosine(1e-3, 0, 11000)", ACCUMULATED)] == ["LH008"]


@pytest.mark.parametrize(
    ("steps", "plan", "words"),
    [
        (4_680, "dataset_size: 1_000_100, batch_size: 128, epochs: 0.6", None),
        (78_130, "dataset_size: 1_000_100, batch_size: 128, epochs: 10", "drops"),
        (
            19_530,
            "dataset_size: 1_000_100, batch_size: 128, accumulation: 4, epochs: 10",
            "leaves out",
        ),
        (
            19_535,
            "dataset_size: 1_000_100, batch_size: 128, accumulation: 4, epochs: 10",
            "go on across epochs",
        ),
        (
            78_132,
            "dataset_size: 1_000_100, batch_size: 128, epochs: 10",
            "counts across epochs",
        ),
    ],
)
def test_an_epoch_that_is_rounded_otherwise_is_a_note(steps, plan, words):
    found = [f for f in horizon(f"cosine(1e-3, 0, {steps})", plan) if f.code == "LH017"]
    assert [words in f.message for f in found] == ([True] if words else [])
    assert all(f.severity == "note" for f in found)


def test_milestones_are_taken_for_epochs_only_if_all_could_be():
    plan = "dataset_size: 50000, batch_size: 128, epochs: 90"
    (found,) = horizon("multi_step(0.1, factor=0.1, milestones=(30, 60))", plan)
    assert found.code == "LH015" and "30, 60" in found.message
    assert not horizon("multi_step(0.1, factor=0.1, milestones=(30, 6000))", plan)


def test_a_step_that_never_comes_is_told_and_one_that_comes_is_not():
    (found,) = horizon("step(0.1, factor=0.1, every=1000)")
    assert found.code == "LH010" and found.step == 1000
    assert not horizon("step(0.1, factor=0.1, every=999)")
    (found,) = horizon("multi_step(0.1, factor=0.1, milestones=(500, 1000, 2000))")
    assert "2 changes" in found.message


def test_another_rule_is_silent_where_the_cause_is_known():
    text = f"plan: {{{ACCUMULATED}}}\nschedules:\n  lr: cosine(1e-3, 0, 1000)\n"
    assert codes(text) == ["LH013"]


def test_a_fix_is_safe_only_if_no_other_length_is_bare():
    def fix(lr):
        text = f"plan: {{{ACCUMULATED}}}\nschedules:\n  lr: {lr}\n"
        (found,) = RULES["LH013"].findings(subject_of_text(text))
        return found.fix

    assert fix("warmup_cosine(1e-3, warmup=5%, total=16000)").safe
    assert fix("warmup_cosine(1e-3, warmup=0, total=16000)").safe
    assert not fix("warmup_cosine(1e-3, warmup=100, total=16000)").safe
    assert not fix("{kind: warmup_cosine, peak: 1, warmup: 100, total: 16k}").safe
    assert fix("{kind: warmup_cosine, peak: 1, warmup: 5%, total: 16k}").safe
    assert fix("cosine(1e-3, 0, 16000)") is None
