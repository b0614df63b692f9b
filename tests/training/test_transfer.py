"""Weights in part and under other names: each key is accounted for."""

import pytest
import torch
from torch import nn

from lehr.training import (
    CheckpointCorruptError,
    CheckpointStore,
    LoadReport,
    export_weights,
    load_weights,
    save_weights,
)


def model_of(body="body", classes=2, fill=None):
    model = nn.ModuleDict({body: nn.Linear(3, 4), "head": nn.Linear(4, classes)})
    if fill is not None:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(fill)
    return model


@pytest.fixture
def path(tmp_path):
    return save_weights(model_of(fill=1.0), tmp_path / "old.safetensors")


def values(model):
    """The value that fills each parameter, or None."""
    state = model.state_dict()
    return {
        n: t.mean().item() if t.unique().numel() == 1 else None
        for n, t in state.items()
    }


ALL = {"body.weight", "body.bias", "head.weight", "head.bias"}


def test_all_of_them(path):
    model = model_of(fill=0.0)
    report = load_weights(model, path)
    assert set(report.loaded) == ALL
    assert report == LoadReport(report.loaded)
    assert str(report) == "loaded 4"
    assert set(values(model).values()) == {1.0}


def test_under_other_names(path):
    model = model_of("trunk", fill=0.0)
    report = load_weights(model, path, rename={"body.*": "trunk.*"})
    assert report.is_complete
    assert report.renamed == {"body.bias": "trunk.bias", "body.weight": "trunk.weight"}
    assert set(values(model).values()) == {1.0}


def test_what_does_not_fit_is_refused_and_the_model_stays_as_it_was(path):
    model = model_of("trunk", classes=5, fill=0.0)
    with pytest.raises(RuntimeError, match="does not hold the weights") as caught:
        load_weights(model, path)
    told = str(caught.value)
    assert "loaded 0, missing 2, unexpected 2, size mismatch 2" in told
    for line in (
        "missing: trunk.weight",
        "unexpected: body.bias",
        "size mismatch: head.weight is (2, 4) in the file, (5, 4) in the model",
    ):
        assert line in told
    assert set(values(model).values()) == {0.0}


def test_not_strict_loads_what_fits_and_tells_the_rest(path):
    model = model_of(classes=5, fill=0.0)
    report = load_weights(model, path, strict=False)
    assert not report.is_complete
    assert report.mismatched == {
        "head.weight": ((2, 4), (5, 4)),
        "head.bias": ((2,), (5,)),
    }
    assert values(model) == {
        "body.weight": 1.0,
        "body.bias": 1.0,
        "head.weight": 0.0,
        "head.bias": 0.0,
    }


@pytest.mark.parametrize(
    "choice",
    [
        {"include": "body.*"},
        {"exclude": ["head.*"]},
        {"include": ["*"], "exclude": "head.*"},
    ],
)
def test_a_part_is_loaded_and_the_rest_is_said_to_be_skipped(path, choice):
    model = model_of(classes=5, fill=0.0)
    report = load_weights(model, path, **choice)
    assert report.is_complete
    assert set(report.loaded) == {"body.weight", "body.bias"}
    assert set(report.skipped) == {"head.weight", "head.bias"}
    assert values(model)["head.weight"] == 0.0
    assert "skipped: head.bias" in str(report)


@pytest.mark.parametrize("rules", [{}, {"body.*": "trunk.*"}])
@pytest.mark.parametrize("choice", [{}, {"include": "head.*"}, {"exclude": "*.bias"}])
@pytest.mark.parametrize("body", ["body", "trunk", "other"])
def test_every_key_is_accounted_for_once(path, rules, choice, body):
    model = model_of(body, classes=3)
    report = load_weights(model, path, rename=rules, strict=False, **choice)
    told = [
        *report.loaded,
        *report.missing,
        *report.unexpected,
        *report.mismatched,
        *report.skipped,
    ]
    in_file = {
        rules.get("body.*", "body.*").replace("*", k) for k in ("weight", "bias")
    }
    assert sorted(told) == sorted(
        {*model.state_dict(), *in_file, "head.weight", "head.bias"}
    )


def test_another_type_is_converted_and_told(tmp_path):
    path = save_weights(model_of(fill=1.0).half(), tmp_path / "half.safetensors")
    model = model_of(fill=0.0)
    report = load_weights(model, path)
    assert report.converted["head.bias"] == ("torch.float16", "torch.float32")
    assert "head.bias is torch.float16 in the file, torch.float32 in" in str(report)
    assert model["head"].bias.dtype is torch.float32
    assert set(values(model).values()) == {1.0}


class Counting(nn.Linear):
    def get_extra_state(self):
        return {"calls": 3}

    def set_extra_state(self, state):
        self.seen = state


def test_a_checkpoint_is_a_source_and_is_verified(tmp_path):
    model = Counting(2, 1)
    store = CheckpointStore(tmp_path / "run")
    entry = store.save({"model": model.state_dict(), "state": {}}, updates=1)
    report = load_weights(other := Counting(2, 1), entry.path)
    assert set(report.loaded) == {"weight", "bias", "_extra_state"}
    assert other.seen == {"calls": 3}
    with pytest.raises(TypeError, match="_extra_state is none"):
        export_weights(entry.path, tmp_path / "out.safetensors")
    (entry.path / "model.json").write_text("{}")
    with pytest.raises(CheckpointCorruptError, match=r"model\.json has"):
        load_weights(other, entry.path)
    bare = store.save({"state": {}}, updates=2)
    with pytest.raises(ValueError, match="is a checkpoint without a model"):
        load_weights(other, bare.path)


def test_shapes_that_are_not_known_yet_take_those_of_the_file(path):
    model = nn.ModuleDict({"body": nn.LazyLinear(4), "head": nn.Linear(4, 2)})
    assert load_weights(model, path).is_complete
    assert model["body"].weight.shape == (4, 3)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"include": "bodi.*"}, r"include 'bodi\.\*' fits no name"),
        ({"exclude": ["head.*", "x"]}, "exclude 'x' fits no name"),
        ({"rename": {"trunk.*": "body.*"}}, r"rename 'trunk\.\*' fits no name"),
    ],
)
def test_a_pattern_that_fits_nothing_is_a_mistake(path, options, told):
    with pytest.raises(ValueError, match=told):
        load_weights(model_of(), path, **options)


def test_the_folder_of_a_run_is_no_checkpoint(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(ValueError, match="is the folder of a run; name one of its"):
        load_weights(nn.Linear(1, 1), tmp_path)
