"""`lehr.lint`: whatever can be linted, what is left out, and the order."""

import io
from pathlib import Path

import pytest
import torch

import lehr
import lint_toys
from lehr import Linear, Plan
from lehr.config.errors import ConfigError
from lehr.linting import checking
from lehr.linting.base import Finding, Place, Subject
from lehr.linting.checking import check, ordered

DOCUMENT = f"schedules:\n  lr: {lint_toys.BAD}\n"
STEP_LR = {"name": "StepLR", "step_size": 30}


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)


def found(subject, *arguments, **options):
    return [
        (f.code, f.field, f.place.source, f.place.line)
        for f in lehr.lint(subject, *arguments, **options)
    ]


class AdamW:
    """What of a live optimizer is read; its rate is a tensor."""

    param_groups = ({"params": [], "lr": torch.tensor(0.5), "betas": (0.9, 0.95)},)


@pytest.mark.parametrize(
    ("subject", "source", "line"),
    [
        (Linear(1.0, -1.0, 100), "", None),
        ({"lr": Linear(1.0, -1.0, 100)}, "", None),
        (Subject({"lr": Linear(1.0, -1.0, 100)}), "", None),
        (lint_toys.BAD, "<text>", 1),
        (DOCUMENT, "<text>", 2),
        ('{"schedules": {"lr": "' + lint_toys.BAD + '"}}', "<text>", 1),
        (f"[schedules]\nlr = '{lint_toys.BAD}'", "<text>", 2),
        (f"# c\nschedules.lr = '{lint_toys.BAD}'", "<text>", 2),
        ({"schedules": {"lr": lint_toys.BAD}}, "<dict>", None),
    ],
)
def test_each_form_of_a_schedule_is_looked_at(subject, source, line):
    assert found(subject) == [("LH001", "lr", source, line)]


@pytest.mark.parametrize("ending", ["yaml", "json", "toml", "txt"])
def test_files_are_read_by_their_endings(tmp_path, ending):
    text = {
        "yaml": DOCUMENT,
        "json": '{"schedules": {"lr": "linear(1, -1, 100)"}}',
        "toml": "[schedules]\nlr = 'linear(1, -1, 100)'",
        "txt": lint_toys.BAD,
    }[ending]
    file = tmp_path / f"run.{ending}"
    file.write_text(text)
    assert found(file)[0][:3] == ("LH001", "lr", str(file))
    if ending != "txt":  # such a text could be an expression as well
        assert found(str(file)) == found(file) == found(lehr.read_config(file))


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(DOCUMENT))
    assert found("-") == [("LH001", "lr", "<stdin>", 2)]


def test_an_omegaconf_container_is_a_document():
    omegaconf = pytest.importorskip("omegaconf")
    container = omegaconf.OmegaConf.create({"schedules": {"lr": lint_toys.BAD}})
    assert found(container) == [("LH001", "lr", "<DictConfig>", None)]


def test_another_librarys_configuration_is_known_by_its_marks():
    assert found(STEP_LR, base=0.1) == []
    [high] = lehr.lint(STEP_LR, base=9.0)
    assert (high.code, high.message) == ("LH002", "lr reaches 9")
    text = "name: StepLR\nstep_size: 30  # lehr: ignore[high] a test\n"
    assert lehr.lint(text, base=9.0) != lehr.lint(text.partition("  #")[0], base=9.0)


def test_flags_are_another_librarys_and_whose_may_be_said(tmp_path):
    flags = "--lr 9 --lr-decay-style linear --train-iters 100 --min-lr 0"
    assert [f.code for f in lehr.lint(flags, library="megatron")] == ["LH002"]
    assert [f.code for f in lehr.lint(flags)] == ["LH002"]
    (tmp_path / "args.txt").write_text(flags)
    assert [f.code for f in lehr.lint(tmp_path / "args.txt")] == ["LH002"]


def test_a_live_scheduler_is_looked_at():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=9.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    assert [f.code for f in lehr.lint(scheduler, per="epoch")] == ["LH002"]


@pytest.mark.parametrize("given", [5, None, object(), [Linear(1.0, 0.0, 5)]])
def test_anything_else_is_refused(given):
    with pytest.raises(TypeError, match="subject must be a schedule"):
        lehr.lint(given)


def test_a_document_that_cannot_be_read_tells_every_problem():
    text = "schedules:\n  lr: lnear(1, 0, 9)\n  eps: 5%\nlint: {ignore: 5}\n"
    with pytest.raises(ConfigError) as caught:
        lehr.lint(text)
    codes = [(p.code, p.line) for p in caught.value.problems]
    assert codes == [("LH102", 2), ("LH107", 3), ("LH107", 4)] or codes == [
        ("LH102", 2),
        ("LH108", 3),
        ("LH107", 4),
    ]


def test_a_mapping_without_schedules_says_what_is_missing():
    with pytest.raises(ConfigError, match=r'key "?schedules'):
        lehr.lint({"plan": {"batch_size": 1, "updates": 3}})


# ------------------------------------------------------------------- what is left out


@pytest.mark.parametrize("word", ["LH001", "lh001", "negative", ["LH001", "high"]])
def test_rules_are_ignored_by_code_or_name(word):
    words = [word] if isinstance(word, str) else word
    assert lehr.lint(lint_toys.BAD, ignore=words) == []


def test_a_subject_can_be_checked_by_itself():
    subject = Subject({"lr": Linear(9.0, -1.0, 100)})
    assert [f.code for f in check(subject)] == ["LH001", "LH002"]
    assert [f.code for f in check(subject, ["high"])] == ["LH001"]


@pytest.mark.parametrize(
    ("word", "near"), [("LH01", 'did you mean "LH001"'), ("negativ", '"negative"')]
)
def test_an_unknown_rule_is_refused(word, near):
    with pytest.raises(ValueError, match=f'ignore names no rule: "{word}"') as caught:
        lehr.lint(lint_toys.BAD, ignore=[word])
    assert near in str(caught.value)


# ---------------------------------------------------------------- facts that are told


def seen(monkeypatch, *arguments, **options):
    subjects = []

    def verdict(subject, ignore=()):
        subjects.append(subject)
        return checking.Verdict()

    with monkeypatch.context() as context:
        context.setattr(checking, "verdict", verdict)
        lehr.lint(*arguments, **options)
    return subjects[0]


def test_an_optimizer_may_be_a_name_settings_or_live(monkeypatch):
    text = DOCUMENT + "optimizer: {kind: sgd}\n"
    assert seen(monkeypatch, text).optimizer.kind == "sgd"
    told = seen(monkeypatch, text, optimizer="AdamW").optimizer
    assert (told.kind, told.values["beta2"]) == ("adamw", 0.999)
    told = seen(monkeypatch, text, optimizer={"name": "Adam", "betas": [0.8, 0.9]})
    assert told.optimizer.values["beta1"] == 0.8
    told = seen(monkeypatch, Linear(1.0, 0.0, 5), optimizer=AdamW()).optimizer
    assert (told.kind, told.values["beta2"], told.values["lr"]) == ("adamw", 0.95, 0.5)
    with pytest.raises(TypeError, match="optimizer must be a name"):
        lehr.lint(text, optimizer=5)


def test_a_plan_that_is_passed_takes_the_place_of_the_documents(monkeypatch):
    plan = Plan(batch_size=2, updates=77)
    text = DOCUMENT + "plan: {batch_size: 1, updates: 9}\n"
    assert seen(monkeypatch, text).plan.updates == 9
    assert seen(monkeypatch, text, plan).plan == plan
    subject = Subject({"lr": Linear(1.0, 0.0, 5)}, Plan(batch_size=1, updates=3))
    assert seen(monkeypatch, subject, plan).plan == plan
    assert seen(monkeypatch, subject).plan.updates == 3


def test_how_another_librarys_scheduler_is_driven_may_be_told(monkeypatch):
    config = {"name": "StepLR", "step_size": 30, "lr": 0.1}
    told = {"per": "epoch", "world_size": 4, "wrapper": "accelerate"}
    subject = seen(monkeypatch, config, state={"step_size": 20}, **told)
    stepping = subject.origin["lr"].stepping
    assert (stepping.per, stepping.times) == ("epoch", 4)
    assert subject.sections["state"] == {"step_size": 20}


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("per", "batch", "per must be one of update, epoch, micro_batch, got 'batch'"),
        ("wrapper", "fabric", "wrapper must be 'accelerate', got 'fabric'"),
        ("world_size", 0, "world_size must be >= 1, got 0"),
        ("state", 5, "state must be a saved state dict"),
    ],
)
def test_what_is_told_wrongly_is_refused(name, value, rule):
    for subject in (STEP_LR, Linear(1.0, 0.0, 5)):
        with pytest.raises((ValueError, TypeError), match=rule):
            lehr.lint(subject, **{name: value})


# -------------------------------------------------------------------------- the order


def test_the_worst_come_first_then_by_place():
    places = [Place("b", 1), Place("a", 9, 2), Place("a", 9, 1), Place("a", 2)]
    findings = [
        Finding("LH001", "x", severity, "m", place=place)
        for severity in ("note", "error", "warning")
        for place in places
    ]
    found = ordered(findings)
    assert [f.severity for f in found] == ["error"] * 4 + ["warning"] * 4 + ["note"] * 4
    at = [(f.place.source, f.place.line, f.place.column) for f in found[:4]]
    assert at == [("a", 2, None), ("a", 9, 1), ("a", 9, 2), ("b", 1, None)]
    assert ordered(reversed(found)) == found


def test_a_finding_prints_as_errors_do():
    [found] = lehr.lint(DOCUMENT)
    assert str(found) == (
        "error[LH001]: lr falls to -1 at the end\n  --> <text>:2:7\n   = end it at 0"
    )
    place = Finding("LH001", "x", "note", "m", "lr.head")
    assert str(place) == "note[LH001]: m\n  -->    at schedules.lr.head"


def test_a_path_is_no_text_of_a_document(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        lehr.lint(Path(tmp_path / "gone.yaml"))
