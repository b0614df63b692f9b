"""Weights by name: when they are written, where, and what is refused."""

import re

import pytest
import safetensors.torch
import torch
from torch import nn

from lehr.training import Callback, Checkpointing, load_weights
from training.callbacks import scripted


def exported(folder, values, template, **options):
    """The names of the weights that a run with these metrics leaves."""
    callback = Checkpointing(monitor="val_x", export=template, **options)
    scripted.run(values, callback, folder=folder)
    found = folder.rglob("*.safetensors")
    names = {path.relative_to(folder).as_posix() for path in found}
    return sorted(name for name in names if not name.startswith("checkpoints/"))


def test_the_best_are_written_when_they_are_the_best(tmp_path):
    template = "weights/{epoch:04d}-{val_x:.3f}.safetensors"
    assert exported(tmp_path, [3.0, 2.0, 2.5, 1.25], template) == [
        "weights/0000-3.000.safetensors",
        "weights/0001-2.000.safetensors",
        "weights/0003-1.250.safetensors",
    ]


@pytest.mark.parametrize(
    ("values", "mode", "written"),
    [
        ([1.0, 0.9, 0.95], "min", 2),
        ([0.8, 0.85, 0.83], "max", 2),
        ([1.0] * 5, "min", 1),
    ],
)
def test_only_what_is_strictly_better_is_the_best(tmp_path, values, mode, written):
    names = exported(tmp_path, values, "{epoch}.safetensors", mode=mode, keep_best=0)
    assert len(names) == written


def test_they_may_come_with_each_checkpoint(tmp_path):
    template = "{epochs}-{updates}-{update}-{train_loss:.0f}.safetensors"
    names = exported(
        tmp_path, [1.0] * 6, template, export_on="save", every_epochs=3, keep_best=0
    )
    assert [name.split("-")[:3] for name in names] == [
        ["1", "1", "0"],
        ["3", "3", "2"],
        ["6", "6", "5"],
    ]


def test_the_same_name_is_written_again_and_holds_the_best(tmp_path):
    tape = {}

    class Watch(Callback):
        def on_evaluate(self, context):
            tape[context.epoch] = scripted.weights(context.trainer.model).clone()

    callback = Checkpointing(monitor="val_x", export="best.safetensors")
    scripted.run([3.0, 1.0, 2.0], Watch(), callback, folder=tmp_path)
    assert callback.exported == tmp_path / "best.safetensors"
    model = nn.Linear(8, 3)
    load_weights(model, callback.exported)
    assert torch.equal(scripted.weights(model), tape[1])
    safetensors.torch.load_model(other := nn.Linear(8, 3), callback.exported)
    assert torch.equal(scripted.weights(other), tape[1])
    assert not list(tmp_path.glob(".best*"))


def test_a_metric_that_was_not_measured_is_nan_and_the_time_is_known(tmp_path):
    template = "{timestamp}-{val_loss:.2f}-{train_loss:.2f}.safetensors"

    class Stop(Callback):
        def on_update(self, context):
            context.stop("enough")

    callback = Checkpointing(monitor="val_x", export=template, export_on="save")
    trainer = scripted.trainer_of([1.0], [Stop(), callback], folder=tmp_path)
    data = [scripted.runs.table(8)] * 2
    trainer.fit(data, data, num_epochs=1)
    assert re.fullmatch(r"\d{8}-\d{6}-nan-nan\.safetensors", callback.exported.name)


def test_a_resumed_run_knows_its_best(tmp_path):
    template = "{epoch}.safetensors"
    exported(tmp_path, [2.0, 1.0], template)
    callback = Checkpointing(monitor="val_x", export=template)
    trainer = scripted.trainer_of([1.5, 0.5], [callback], folder=tmp_path)
    scripted.fit(trainer, 4, resume=True)
    names = sorted(path.name for path in tmp_path.glob("*.safetensors"))
    assert names == [f"{epoch}.safetensors" for epoch in (0, 1, 3)]


def test_a_fresh_run_begins_without_the_best_of_another(tmp_path):
    callback = Checkpointing(monitor="val_x", export="{epoch}.safetensors")
    for name, value in (("one", 1.0), ("two", 2.0)):
        scripted.run([value], callback, folder=tmp_path / name)
        assert (tmp_path / name / "0.safetensors").is_file()


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("best.pt", "export must end in .safetensors, got 'best.pt'"),
        ("{epoch.safetensors", "export is no template: "),
        ("{}.safetensors", "export takes fields such as {epoch:04d}"),
        ("{epoch!r}.safetensors", "export takes fields such as"),
        ("{epoch:{update}}.safetensors", "export takes fields such as"),
    ],
)
def test_what_is_no_template_is_refused_when_it_is_built(template, message):
    with pytest.raises(ValueError, match=message):
        Checkpointing(export=template)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{val_loos}.safetensors", "fields must be one of .* did you mean 'val_loss'"),
        ("{epoch.__class__}.safetensors", "fields must be one of epoch, epochs"),
        ("{epoch[0]}.safetensors", "fields must be one of epoch, epochs"),
        ("{val_loss:d}.safetensors", "export cannot write val_loss as 'd'"),
        ("../{epoch}.safetensors", "export leads out of the run folder: '../0"),
        ("/elsewhere/{epoch}.safetensors", "export leads out of the run folder"),
        ("{epoch:/>3}.safetensors", "export leads out of the run folder: '//0"),
        ("checkpoints/x.safetensors", "export leads among the checkpoints"),
    ],
)
def test_what_leads_nowhere_is_refused_at_the_start(tmp_path, template, message):
    folder = tmp_path / "run"
    with pytest.raises(ValueError, match=message):
        scripted.run(
            [1.0], Checkpointing(monitor="val_x", export=template), folder=folder
        )
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / "weights").symlink_to(tmp_path / "elsewhere")
    callback = Checkpointing(monitor="val_x", export="weights/x.safetensors")
    with pytest.raises(ValueError, match="export leads out of the run folder"):
        scripted.run([1.0], callback, folder=tmp_path / "run")


def test_without_evaluation_there_is_no_best_to_write(tmp_path):
    callback = Checkpointing(export="best.safetensors")
    trainer = scripted.trainer_of([], [callback], folder=tmp_path)
    with pytest.raises(ValueError, match="Checkpointing watches 'val_loss', but"):
        trainer.fit([scripted.runs.table(8)], num_epochs=1)
    with pytest.raises(ValueError, match="export_on must be one of best, save"):
        Checkpointing(export="best.safetensors", export_on="each")
