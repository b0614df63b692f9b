"""The learning rates of a log, from real files, with the update of each."""

import json
import math
import sys

import pytest

from lehr import warmup_cosine
from lehr.importing import CannotImport, read_curve
from lehr.recognition import recognize

LR = warmup_cosine(0.1, warmup=10, total=100, start=0.0)
TIMES = list(range(0, 100, 2))
RATES = [LR(t) for t in TIMES]


def csv_text(separator=",", names=("step", "loss", "lr")):
    lines = [separator.join(names)]
    lines += [
        separator.join((str(t), "1.5", repr(rate)))
        for t, rate in zip(TIMES, RATES, strict=True)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.csv", csv_text()),
        ("log.tsv", csv_text("\t")),
        ("log.csv", csv_text(";", ("global_step", "x", "train/learning_rate"))),
        ("log.csv", "\ufeff" + csv_text(names=("update", "loss", "lr-AdamW/pg1"))),
        ("log.csv", csv_text(names=("Step", "loss", "my run - learning_rate"))),
        ("log.csv", csv_text(names=("Step", "a/lr__MIN", "a/lr"))),
    ],
)
def test_a_table_of_any_usual_kind_is_read(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_curve(tmp_path / name) == (TIMES, RATES)


def test_what_was_read_is_recognized(tmp_path):
    (tmp_path / "log.csv").write_text(csv_text())
    found = recognize(*read_curve(tmp_path))
    assert found.recognized
    assert found.schedule(51) == pytest.approx(LR(51), rel=1e-9)


def test_empty_cells_are_left_out_and_the_last_of_several_values_counts(tmp_path):
    file = tmp_path / "metrics.csv"
    file.write_text(
        "epoch,step,lr,val\n0,0,0.1,\n0,1,,0.5\n0,1,nan,\n1,2,7,\n1,2,.3,\n"
    )
    assert read_curve(tmp_path) == ([0, 2], [0.1, 0.3])


def test_lines_of_json_are_read(tmp_path):
    file = tmp_path / "metrics.jsonl"
    rows = [{"update": t, "lr": rate} for t, rate in zip(TIMES, RATES, strict=True)]
    rows.append({"update": 100, "lr": None, "note": "end"})
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n[1]\n")
    assert read_curve(tmp_path) == (TIMES, RATES)
    file.write_text('{"update": 1}\nnot json\n')
    with pytest.raises(CannotImport, match=r"metrics\.jsonl:2 is no JSON: 'not json"):
        read_curve(file)


def test_the_state_of_a_trainer_counts_from_one(tmp_path):
    history = [{"step": t + 1, "learning_rate": LR(t), "loss": 1.0} for t in range(20)]
    history += [{"step": 20, "train_runtime": 1.0}]
    for number in (9, 20):
        folder = tmp_path / f"checkpoint-{number}"
        folder.mkdir()
        state = {"log_history": history[:number], "global_step": number}
        (folder / "trainer_state.json").write_text(json.dumps(state))
    assert read_curve(tmp_path) == (list(range(20)), [LR(t) for t in range(20)])
    assert read_curve(tmp_path, first=0)[0] == list(range(1, 21))


def test_a_real_trainer_logs_the_rate_that_the_update_before_its_step_used(tmp_path):
    transformers = pytest.importorskip("transformers")
    import torch

    from lehr.importing import from_transformers

    class Line(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(2))

        def forward(self, x=None, labels=None):
            return {"loss": ((x @ self.weight - labels) ** 2).mean()}

    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path),
        learning_rate=1e-2,
        lr_scheduler_type="cosine",
        warmup_steps=4,
        max_steps=12,
        logging_steps=1,
        save_steps=12,
        report_to=["tensorboard"],
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    data = [{"x": torch.ones(2) * i, "labels": torch.tensor(1.0)} for i in range(8)]
    applied = []

    class Applied(transformers.TrainerCallback):
        def on_pre_optimizer_step(self, args, state, control, optimizer=None, **kwargs):
            applied.append(trainer.optimizer.param_groups[0]["lr"])

    trainer = transformers.Trainer(
        Line(), arguments, train_dataset=data, callbacks=[Applied()]
    )
    trainer.train()
    assert read_curve(tmp_path) == (list(range(12)), pytest.approx(applied))
    lr = from_transformers(arguments)
    assert [lr(t) for t in range(12)] == pytest.approx(applied)
    [events] = tmp_path.glob("**/*tfevents*")
    assert read_curve(events, first=1)[1] == pytest.approx(applied, rel=1e-6)


def test_event_files_are_read_by_tensorboards_own_reader(tmp_path):
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    with tensorboard.SummaryWriter(str(tmp_path)) as writer:
        for t, rate in zip(TIMES, RATES, strict=True):
            writer.add_scalar("train/lr", rate, t)
            writer.add_scalar("loss", 1.0, t)
    assert read_curve(tmp_path) == (TIMES, pytest.approx(RATES, rel=1e-6))


def test_event_files_need_tensorboard(tmp_path, monkeypatch):
    (tmp_path / "events.out.tfevents.1").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for name in [name for name in sys.modules if name.startswith("tensorboard.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"pip install 'lehr\[tensorboard\]'"):
        read_curve(tmp_path)


def test_a_run_of_lehr_is_read_from_its_store(tmp_path):
    from lehr.training import RunStore

    store = RunStore(tmp_path)
    store.open(updates=0)
    for t, rate in zip(TIMES, RATES, strict=True):
        store.log({"update": t, "lr": rate, "loss": math.nan, "note": "text"})
    store.close()
    assert read_curve(tmp_path) == (TIMES, RATES)
    (tmp_path / "run.sqlite").write_text("nothing")
    with pytest.raises(CannotImport, match="is no run of lehr's: file is not a data"):
        read_curve(tmp_path / "run.sqlite")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n", {}, "has no column of steps: it has a, b; pass step="),
        ("a,lr\n1,2\n2,3\n", {"step": "t"}, "has no column 't': it has a, lr"),
        ("step,b\n1,2\n", {}, "no column that is called lr.*it has b; pass column="),
        ("step,b\n", {}, "log.csv has no records"),
        ("step,lr\n1,x\n", {}, "called lr.*it has none; pass column="),
        ("step,lr-a,lr-b\n1,2,3\n2,2,4\n", {}, "several learning rates: lr-a, lr-b"),
        (
            "step,lr\n1,2\n2,3\n",
            {"column": "lrr"},
            "no column 'lrr': did you mean \"lr\"",
        ),
        ("step,lr\n1,2\n", {}, "has 1 values of 'lr'"),
        ("step,lr\n0,2\n1,3\n", {"first": 1}, "a value at 0, which is no update"),
        ("step,lr\n0.5,2\n1,3\n", {}, "a value at 0.5, which is no update"),
    ],
)
def test_what_is_missing_or_not_plain_is_refused(tmp_path, text, options, message):
    file = tmp_path / "log.csv"
    file.write_text(text)
    with pytest.raises(CannotImport, match=message):
        read_curve(file, **options)


def test_columns_that_say_the_same_are_one_and_others_are_named(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("t,e,lr-a,lr-b,lr-c\n1,0,2,2,2\n2,5,3,3,3\n")
    assert read_curve(file) == ([1, 2], [2.0, 3.0])
    assert read_curve(file, column="lr-c", step="e") == ([0, 5], [2.0, 3.0])


def test_what_is_no_log_is_refused(tmp_path):
    with pytest.raises(CannotImport, match="has no log that is known by its name"):
        read_curve(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*log\.csv"):
        read_curve(tmp_path / "log.csv")
    for name, text, message in [
        ("log.bin", "", "is no log that is known by its name; known: .csv"),
        ("a.json", "{", "is no JSON"),
        ("b.json", "{}", "neither a log_history"),
    ]:
        (tmp_path / name).write_text(text)
        with pytest.raises(CannotImport, match=message):
            read_curve(tmp_path / name)
    listed = tmp_path / "c.json"
    listed.write_text('[{"step": 0, "lr": 1}, {"step": 1, "lr": 2}, 3]')
    assert read_curve(listed) == ([0, 1], [1.0, 2.0])
