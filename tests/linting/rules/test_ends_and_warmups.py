"""Edges of the rules about how a rate begins and how it ends."""

import pytest

import lehr
from linting.reading import codes, subject_of_text


def found(lr, plan="batch_size: 32, updates: 10000", optimizer="kind: adamw", more=""):
    text = (
        f"plan: {{{plan}}}\noptimizer: {{{optimizer}}}\n{more}schedules:\n  lr: {lr}\n"
    )
    return {f.code: f for f in lehr.lint(subject_of_text(text))}


@pytest.mark.parametrize(
    ("lr", "expected"),
    [
        ("warmup_cosine(1e-3, warmup=5%, floor=1e-4)", False),
        ("warmup_cosine(1e-3, warmup=5%, floor=1.1e-4)", True),
        ("warmup_constant(1e-3, warmup=5%)", True),
        ("multi_step(1e-3, factor=0.1, milestones=(50%,))", False),
        ("multi_step(1e-3, factor=0.5, milestones=(50%,))", True),
        ("wsd(1e-3, warmup=5%, decay=20%, floor=1e-4)", False),
        ("1e-3", False),
    ],
)
def test_ten_per_cent_of_the_peak_may_be_left_at_the_end(lr, expected):
    assert ("LH020" in found(lr)) is expected


def test_that_the_run_is_too_short_is_told_instead_of_its_high_end():
    assert found("warmup_cosine(1e-3, warmup=5%, total=20000)").keys() == {"LH008"}


@pytest.mark.parametrize(
    ("decay", "expected"), [(10, True), (11, False), (100, False), (1, False)]
)
def test_a_cliff_is_a_thousandth_of_the_run(decay, expected):
    lr = f"wsd(1e-3, warmup=500, decay={decay}, total=100%)"
    assert ("LH021" in found(lr)) is expected


def test_the_end_of_a_long_cosine_is_no_cliff():
    assert "LH021" not in found("chain((cosine(1e-3, 1e-5, 9995), linear(1e-5, 0, 5)))")


@pytest.mark.parametrize(
    ("updates", "code"),
    [
        (10_000, None),
        (10_001, "LH022"),
        (10_200, "LH022"),
        (10_300, "LH023"),
        (13_000, "LH023"),
        (14_900, None),
        (9_999, None),
    ],
)
def test_a_run_of_cycles_should_end_where_a_cycle_does(updates, code):
    got = found("sgdr(1e-3, period=5000)", f"batch_size: 32, updates: {updates}")
    assert set(got) & {"LH022", "LH023", "LH020"} == ({code} if code else set())


def test_a_restart_at_the_end_is_told_with_what_was_before_it():
    got = found("sgdr(1e-3, period=5000, floor=1e-5)", "batch_size: 32, updates: 10001")
    message = got["LH022"].message
    assert message.startswith("lr restarts at update 10,000, 1 update before the end")
    assert message.endswith("ends at 0.001; update 9,999 had 1e-05")


def test_cycles_whose_troughs_differ_are_measured_and_end():
    got = found("sawtooth(1e-3, 1e-5, every=400)")
    assert "LH023" not in got
    falling = "sgdr(1e-3, period=300, stretch=1.5, decay=0.5, floor=1e-5)"
    assert not set(found(falling)) & {"LH022", "LH023"}


def test_a_chain_of_decays_that_ends_after_a_restart_is_found_too():
    lr = "chain((cosine(1e-3, 0, 9990), cosine(1e-3, 0, 9990)))"
    assert "LH022" in found(lr)


@pytest.mark.parametrize(
    ("lr", "optimizer", "severity"),
    [
        ("cosine(1e-3, 0, 100%)", "kind: adamw", "note"),
        ("cosine(1e-3, 0, 100%)", "kind: sgd", None),
        ("cosine(1e-3, 0, 100%)", "name: lion", None),
        ("cosine(9e-5, 0, 100%)", "kind: adamw", None),
        ("one_cycle(1e-3)", "kind: adamw", None),
        ("chain((constant(1e-4, 500), cosine(1e-3, 0, 9500)))", "kind: adamw", None),
    ],
)
def test_a_warmup_is_missed_where_adam_needs_one(lr, optimizer, severity):
    finding = found(lr, optimizer=optimizer).get("LH024")
    assert (finding.severity if finding else None) == severity


def test_a_transformer_without_a_warmup_is_a_warning():
    model = "model: {kind: transformer}\n"
    assert found("cosine(1e-3, 0, 100%)", more=model)["LH024"].severity == "warning"
    assert found("cosine(3e-4, 0, 100%)", more=model)["LH024"].severity == "note"


def test_the_advice_follows_beta2_and_the_length_of_the_run():
    lr = "cosine(1e-3, 0, 100%)"
    assert (
        "about 40 updates"
        in found(lr, optimizer="kind: adamw, beta2: 0.95")["LH024"].message
    )
    assert "about 1,000 updates" in found(lr)["LH024"].message


@pytest.mark.parametrize(
    ("warmup", "code"),
    [
        ("1", "LH026"),
        ("10", "LH026"),
        ("11", "LH025"),
        ("99", "LH025"),
        ("100", None),
        ("0.1%", "LH025"),
        ("0", "LH024"),
    ],
)
def test_a_short_warmup_is_told_by_one_rule(warmup, code):
    got = found(f"warmup_cosine(1e-3, warmup={warmup})")
    assert set(got) == ({code} if code else set())


def test_what_a_bare_warmup_might_have_meant_is_told_in_numbers():
    plan = "dataset_size: 3200, batch_size: 32, epochs: 100"
    message = found("warmup_cosine(1e-3, warmup=5)", plan)["LH026"].message
    assert "5% would be 500, 5ep 500" in message


@pytest.mark.parametrize(
    ("lr", "code"),
    [
        ("warmup_cosine(1e-3, warmup=20%)", None),
        ("warmup_cosine(1e-3, warmup=21%)", "LH027"),
        ("warmup_cosine(1e-3, warmup=51%)", "LH028"),
        ("one_cycle(1e-3, warmup_fraction=0.4)", None),
        ("one_cycle(1e-3, warmup_fraction=0.48)", "LH027"),
        ("triangular(1e-5, 1e-3, up=5000)", None),
        ("linear(1e-6, 1, 100%)", "LH028"),
    ],
)
def test_a_warmup_may_take_a_fifth_of_the_run(lr, code):
    assert set(found(lr, optimizer="kind: sgd")) == ({code} if code else set())


def test_a_ramp_in_samples_is_measured_in_updates():
    text = (
        "plan:\n  batch_size: 64\n  accumulation: 4\n  updates: 10000\n"
        "  ramp: {{sizes: [64], until: [{}], clock: samples}}\n"
        "schedules:\n  lr: warmup_cosine(1e-3, warmup=1000)\n"
    )
    (finding,) = lehr.lint(subject_of_text(text.format(200_000)))
    assert finding.code == "LH029"
    assert "with 64 samples an update; 256 come at 3,125" in finding.message
    assert "LH029" not in codes(text.format(100_000))
