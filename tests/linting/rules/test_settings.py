"""Edges of the rules about coupling, ranges, units and whole documents."""

import pytest

import lehr
from lehr import Chain, Constant, Cosine, Linear
from lehr.linting.base import Optimizer, Subject
from linting.reading import codes, subject_of_text

PLAN = lehr.Plan(batch_size=1, updates=1000)
LR = lehr.warmup_cosine(1e-3, warmup=50, total=1000)


def found(plan=PLAN, optimizer=None, **schedules):
    subject = Subject(schedules, plan, optimizer or Optimizer())
    return {f.code: f for f in lehr.lint(subject)}


def test_groups_of_the_rate_that_end_apart_are_noted():
    subject = Subject({"lr.a": LR, "lr.b": Cosine(1e-3, 0.0, 900)}, PLAN)
    assert "LH030" in [f.code for f in lehr.lint(subject)]


@pytest.mark.parametrize(
    "momentum",
    [
        Chain((Linear(0.8, 0.95, 50), Constant(0.95))),
        Constant(0.9),
        lehr.opposed(LR, low=0.85, high=0.95),
        Cosine(0.95, 0.85, 1000),
    ],
    ids=repr,
)
def test_a_momentum_that_warms_up_or_runs_against_the_rate_is_fine(momentum):
    assert found(lr=LR, momentum=momentum).keys() <= {"LH030"}


def test_a_momentum_in_proportion_to_the_rate_is_noted():
    with_it = lehr.proportional(LR, at_peak=0.95, at_zero=0.85)
    assert found(lr=LR, momentum=with_it)["LH032"].step == 50


def test_a_weight_decay_is_compared_with_the_rate_of_its_group():
    small, large = Constant(1e-4), Constant(0.5)
    subject = Subject({"lr": large, "weight_decay.a": small, "weight_decay.b": large})
    (finding,) = [f for f in lehr.lint(subject) if f.code == "LH033"]
    assert finding.severity == "warning" and "0.25" in finding.message
    subject = Subject({"lr.a": large, "lr.b": small, "weight_decay.b": large})
    assert "LH033" not in [f.code for f in lehr.lint(subject)]


def test_a_weight_decay_may_grow_as_long_as_the_rate_hardly_falls():
    grows = Cosine(0.04, 0.4, 1000)
    assert "LH031" in found(lr=Cosine(0.1, 0.04, 1000), weight_decay=grows)
    assert "LH031" not in found(lr=Cosine(0.1, 0.06, 1000), weight_decay=grows)
    little = Cosine(0.04, 0.05, 1000)
    assert "LH031" not in found(lr=Cosine(0.1, 0.0, 1000), weight_decay=little)


@pytest.mark.parametrize(
    ("decay", "severity"), [(0.09, None), (0.1, "warning"), (1.0, "error")]
)
def test_a_tenth_of_each_weight_is_too_much(decay, severity):
    finding = found(lr=Constant(1.0), weight_decay=Constant(decay)).get("LH033")
    assert (finding.severity if finding else None) == severity


def test_a_weight_decay_of_the_optimizer_counts_where_none_is_scheduled():
    sgd = Optimizer("sgd", {"weight_decay": 0.2})
    assert "LH033" in found(lr=Constant(1.0), optimizer=sgd)
    got = found(lr=Constant(1.0), weight_decay=Constant(1e-4), optimizer=sgd)
    assert "LH033" not in got
    prodigy = Optimizer("prodigy", {"weight_decay": 0.2})
    assert "LH033" not in found(lr=Constant(1.0), optimizer=prodigy)


@pytest.mark.parametrize(
    ("value", "bad"), [(0.0, False), (0.999999, False), (1.0, True), (-0.1, True)]
)
def test_a_momentum_lies_in_zero_to_below_one(value, bad):
    assert ("LH034" in found(momentum=Constant(value))) is bad
    optimizer = Optimizer("sgd", {"momentum": value})
    assert ("LH034" in found(lr=LR, optimizer=optimizer)) is bad


def test_a_beta_that_reaches_one_in_the_last_update_alone_is_found():
    assert found(beta2=Linear(0.9, 1.0, 999))["LH034"].step == 999
    assert "LH034" not in found(beta2=Linear(0.9, 1.0, 1000))


def test_a_finding_about_the_optimizer_stands_at_the_optimizer():
    finding = found(lr=LR, optimizer=Optimizer("adamw", {"eps": 0.0}))["LH036"]
    assert finding.place.path == ("optimizer", "eps")


@pytest.mark.parametrize(
    ("betas", "bad"), [((0.9, 0.95), False), ((0.9, 0.9), False), ((0.95, 0.9), True)]
)
def test_beta2_is_not_below_beta1(betas, bad):
    values = dict(zip(("beta1", "beta2"), betas, strict=True))
    assert ("LH035" in found(lr=LR, optimizer=Optimizer("adamw", values))) is bad
    assert "LH035" not in found(lr=LR, optimizer=Optimizer("other", values))


def test_whole_batches_in_stairs_are_fine_and_halves_are_not():
    assert "LH039" not in found(
        lr=LR, batch_size=lehr.Step(32, factor=2, every=400, steps=900)
    )
    assert (
        found(lr=LR, batch_size=lehr.Step(1, factor=0.5, every=400))["LH039"].step
        == 400
    )


def document(lr, plan="dataset_size: 32000, batch_size: 32, epochs: 10", more=""):
    return subject_of_text(f"plan: {{{plan}}}\nschedules:\n  lr: {lr}\n{more}")


def test_shares_go_with_any_unit():
    assert "LH037" not in [
        f.code for f in lehr.lint(document("wsd(1e-3, warmup=2k, decay=20%)"))
    ]


@pytest.mark.parametrize(
    ("warmup", "code"),
    [
        ("0.01%", None),
        ("0.009%", "LH038"),
        ("32 samples", None),
        ("31 samples", "LH038"),
        ("0.0009ep", "LH038"),
    ],
)
def test_a_length_of_one_update_is_enough(warmup, code):
    findings = lehr.lint(document(f"warmup_cosine(1e-3, warmup={warmup})"))
    assert [f.code for f in findings if f.code == "LH038"] == ([code] if code else [])


def test_tokens_are_measured_in_updates_too():
    plan = "batch_size: 10, sequence_length: 100, updates: 100"
    assert "LH038" in [
        f.code for f in lehr.lint(document("warmup_cosine(1, warmup=999tok)", plan))
    ]


def test_a_setting_that_the_schedule_has_at_its_peak_is_not_overwritten():
    def looked_at(lr):
        written = {"optimizer": {"kind": "adamw", "lr": lr, "fused": True}}
        return [f.code for f in lehr.lint(Subject({"lr": LR}, PLAN, written=written))]

    assert "LH080" not in looked_at(1e-3)
    assert "LH080" in looked_at(2e-3)


def test_a_default_that_nobody_wrote_is_not_overwritten():
    text = "optimizer: {kind: adamw}\nschedules: {lr: 1e-4, weight_decay: 0.3}\n"
    assert "LH080" not in codes(text)


def test_a_rate_for_some_groups_only_is_a_warning():
    text = 'groups: {head: ["h.*"], body: ["b.*"]}\nschedules: {lr: {head: 1e-3}}\n'
    findings = {f.code: f for f in lehr.lint(subject_of_text(text))}
    assert findings["LH083"].severity == "warning"
    assert "body and default" in findings["LH083"].message


def test_a_group_that_nobody_names_is_told_with_its_patterns():
    text = 'groups: {head: ["h.*", "*.head"]}\nschedules: {lr: 1e-3}\n'
    findings = {f.code: f for f in lehr.lint(subject_of_text(text))}
    assert findings["LH082"].message.endswith("the group head, of 2 patterns")
    assert findings["LH082"].place.path == ("groups", "head")


def test_an_epoch_of_two_updates_is_noisy_enough():
    plan = "dataset_size: 65, batch_size: 64, epochs: 100"
    assert "LH085" not in [f.code for f in lehr.lint(document("1e-3", plan))]


def test_a_constant_rate_in_the_optimizer_is_only_noted():
    written = {"optimizer": {"kind": "adamw", "lr": 1e-4}}
    decay = {"weight_decay": Constant(0.1)}
    (finding,) = lehr.lint(Subject(decay, PLAN, written=written))
    assert (finding.code, finding.severity) == ("LH086", "note")
