"""What a word of a command line may be, and what is said where it is nothing."""

import sys
from types import SimpleNamespace

import pytest

import lehr.presets
from cli.desk import RUN
from lehr import Plan, Step
from lehr.cli.planning import read_plan
from lehr.cli.reading import Reader, read_all
from lehr.cli.usage import UsageError
from lehr.config import read_schedule
from lehr.schedules import Cosine, Linear

pytestmark = pytest.mark.usefixtures("desk")


def test_a_word_with_a_name_is_shown_under_it():
    [given] = read_all(["mine=cosine(1, 0, 100)"], Reader())
    assert (given.name, given.label, given.schedule) == (
        "mine",
        "mine",
        Cosine(1.0, 0.0, 100),
    )


def test_the_schedules_of_a_named_file_are_under_the_name_too():
    names = [given.name for given in read_all(["a=run.yaml", "b=lr.lehr"], Reader())]
    assert names == ["a.lr", "a.weight_decay.body", "a.weight_decay.head", "b"]


def test_an_argument_by_name_makes_no_name():
    [given] = read_all(["linear(start=1, end=0, steps=9)"], Reader())
    assert given.schedule == Linear(1.0, 0.0, 9)


def test_a_file_whose_name_has_an_equals_sign_is_a_file(desk):
    (desk / "a=b.lehr").write_text("linear(0, 1, 3)")
    assert read_all(["a=b.lehr"], Reader())[0].schedule == Linear(0.0, 1.0, 3)


def test_a_document_has_its_own_plan_and_another_replaces_it():
    own = read_all(["run.yaml"], Reader())[0]
    assert own.plan == Plan(dataset_size=50_000, batch_size=100, epochs=3)
    assert own.schedule.steps == 1_500
    assert (own.field, own.path) == ("lr", ("schedules", "lr"))
    longer = read_all(["run.yaml"], Reader({"updates": 3_000}))[
        0
    ]  # the rest is the document's
    assert longer.plan == Plan(dataset_size=50_000, batch_size=100, updates=3_000)
    told = {"dataset_size": 1_000, "batch_size": 10, "epochs": 10}
    [lr, *_] = read_all(["run.yaml"], Reader(told))
    assert (lr.plan, lr.schedule.steps) == (Plan(**told), 1_000)


def test_a_part_of_a_plan_is_laid_over_the_documents_own():
    [lr, *_] = read_all(["run.yaml"], Reader({"accumulation": 2}))
    own = Plan(dataset_size=50_000, batch_size=100, accumulation=2, epochs=3)
    assert (lr.plan, lr.schedule.steps) == (own, 750)


def test_an_expression_beside_a_document_has_its_run():
    words = ["wsd(1, warmup=1ep, decay=50%)", "run.yaml"]
    wsd, lr, *_ = read_all(words, Reader())
    assert [phase.end for phase in wsd.schedule.phases] == [500, 750, 1_500]
    assert wsd.plan == lr.plan


def test_the_data_of_a_run_are_counted_where_a_length_needs_them(desk):
    text = (
        "data: {kind: digits}\nmodel: {kind: mlp}\n"
        "schedules: {lr: 'linear(1e-3, 0, 100%)'}\ntrain: {epochs: 2, batch_size: 64}"
    )
    (desk / "digits.yaml").write_text(text)
    [lr] = read_all(["digits.yaml"], Reader())
    assert lr.plan.dataset_size == 1_169
    assert lr.schedule.steps == 2 * 19
    [lr] = read_all(["digits.yaml"], Reader({"epochs": 5}))
    assert lr.schedule.steps == 5 * 19


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("linear(0, 1, 10)\n", "linear(0, 1, 10)"),
        ("schedules:\n  lr: linear(0, 1, 10)\n", "linear(0, 1, 10)"),
        ('{"schedules": {"lr": "linear(0, 1, 10)"}}', "linear(0, 1, 10)"),
        ("[schedules]\nlr = 'linear(0, 1, 10)'\n", "linear(0, 1, 10)"),
        ("schema = 1\nschedules.lr = 'linear(0, 1, 10)'\n", "linear(0, 1, 10)"),
        ("\ufefflinear(0, 1, 10)", "linear(0, 1, 10)"),
    ],
)
def test_what_is_piped_in_is_known_by_its_first_characters(text, expected, shell):
    code, out, _ = shell("convert", "-", "--to", "expression", piped=text)
    assert code == 0
    assert read_schedule(out) == read_schedule(expected)


def test_the_length_alone_resolves_percentages_and_nothing_else(desk, shell):
    (desk / "bare.yaml").write_text("schedules: {lr: 'cosine(1, 0, 50%)'}")
    assert read_all(["bare.yaml"], Reader({"updates": 300}))[0].schedule.steps == 150
    (desk / "bare.yaml").write_text("schedules: {lr: 'cosine(1, 0, 3ep)'}")
    code, _, err = shell("show", "bare.yaml", "--steps", "300")
    assert code == 2
    assert "give it: --plan dataset_size=50k" in err


def test_another_librarys_configuration_needs_what_it_lacks():
    reader = Reader(base=0.1, options=True)
    assert read_all(["step.yaml"], reader)[0].schedule == Step(0.1, 0.1, 30)
    with pytest.raises(ValueError, match=r"give it: --base 1e-3"):
        read_all(["step.yaml"], Reader(options=True))
    megatron = read_all(["flags.txt"], Reader())[0].schedule
    assert (megatron(10), megatron(100)) == (3e-4, 3e-5)


def test_an_unknown_library_is_refused_with_the_nearest(shell):
    code, _, err = shell("show", "ds.json", "--library", "deepsped")
    assert code == 2
    assert 'did you mean "deepspeed"?' in err


def test_a_preset_is_a_document(monkeypatch):
    def preset(name):
        if name != "mine":
            raise ValueError(f'unknown preset "{name}"; did you mean "mine"?')
        return SimpleNamespace(text=RUN)

    monkeypatch.setattr(lehr.presets, "preset", preset, raising=False)
    given = read_all(["preset:mine"], Reader())[0]
    assert given.name == "lr   (preset:mine)"
    with pytest.raises(ValueError, match=r'did you mean "mine"\?'):
        read_all(["preset:main"], Reader())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["folder"], "it is a folder, not a file"),
        (["gone.yaml"], "no such file or directory"),
        (["rum.yaml"], 'did you mean "run.yaml"?'),
        (["lr.leh"], 'did you mean "lr.lehr"?'),
        (["nosuch"], "it is neither a file nor an expression"),
        (["1", "--steps", "5%"], "5% needs the length of the run\n"),
        (["empty.txt"], "it is empty"),
        (["binary.yaml"], "not UTF-8 text"),
        (["metrics.csv"], "find the schedule in it: lehr import metrics.csv"),
        (["train.epochs=5"], "such changes are for lehr train"),
        (["1", "batch_size=32"], '"batch_size=" names no schedule'),
        (["5a=1"], "a name is made of letters"),
        (["preset:nothing"], "see: lehr presets"),
        (["-", "-"], "standard input can be read once"),
        (["cosine(1, 0, 5%)"], "give it: --steps 10000"),
        (["cosine(1, 0, 1.5Btok)"], "--plan batch_size=32,sequence_length=2048"),
        (["cosine(1, 0, 9M samples)"], "give it: --plan batch_size=32,updates=10k"),
    ],
)
def test_what_is_nothing_is_told_with_the_way_out(words, message, shell):
    code, out, err = shell("show", *words, piped="1")
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("piped", "message"),
    [("", "it is empty"), (" \n", "it is empty"), ("a\0b", "it is no text")],
)
def test_a_pipe_without_a_schedule_is_refused(piped, message, shell):
    code, _, err = shell("show", "-", piped=piped)
    assert code == 2
    assert message in err


def test_a_closed_standard_input_is_refused(shell, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    code, _, err = shell("show", "-")
    assert code == 2
    assert "it is closed" in err


# ------------------------------------------------------------------------------ plan


def test_the_words_of_a_plan_make_one():
    words = ["dataset_size=50k,batch_size=32", "epochs=2.5", "drop_last=true"]
    assert read_plan(words, None) == Plan(
        dataset_size=50_000, batch_size=32, epochs=2.5, drop_last=True
    )
    tokens = read_plan(["batch_size=8,sequence_length=2048,tokens=10Btok"], None)
    assert tokens == Plan(batch_size=8, sequence_length=2048, tokens=10**10)
    assert read_plan(["batch_size=8,length=1M samples"], None).updates == 125_000
    assert read_plan(["batch_size=8"], 70) == Plan(batch_size=8, updates=70)
    assert read_plan([], None) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("batchsize=3", 'did you mean "batch_size"?'),
        ("batch_size", 'cannot read "batch_size"'),
        ("batch_size=32", "the length of the run is missing"),
        ("epochs=3", "batch_size is missing"),
        ("batch_size=32,epochs=3", "dataset_size"),
        ("batch_size=x,epochs=3", "batch_size must be a whole number, got x"),
        ("batch_size=3ep,updates=3", "must be a whole number, got 3ep"),
        ("batch_size=3,epochs=many", "epochs must be a number"),
        ("batch_size=3,updates=3,drop_last=1", "must be true or false"),
        ("batch_size=3,updates=3,epochs=4", "exactly one length"),
    ],
)
def test_words_that_make_no_plan_are_refused(words, message, shell):
    code, _, err = shell("at", "1", "0", "--plan", words)
    assert code == 2
    assert err.startswith("error: argument --plan: ")
    assert message in err


def test_two_lengths_are_refused():
    with pytest.raises(UsageError, match="both give the length"):
        read_plan(["batch_size=3,updates=3"], 7)
