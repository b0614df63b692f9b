"""What a user's own step gives, and who waits for it; batches with further parts."""

import copy
from collections import OrderedDict, UserDict
from dataclasses import InitVar, dataclass, field

import pytest
import torch
from torch import nn
from torch.nn import functional

from lehr.training import (
    BaseTrainer,
    Checkpointing,
    EarlyStopping,
    LoggingCallback,
    SamplePredictions,
    accuracy,
    read_json_lines,
    read_run,
)
from lehr.training.batches import changed

BATCH = (torch.ones(4, 1), torch.zeros(4, 1))


def step(model, batch):
    loss = functional.mse_loss(model(batch[0]), batch[1])
    return {"loss": loss, "size": 4.0}


def trainer(model=None, **options):
    torch.manual_seed(0)
    model = model or nn.Linear(1, 1)
    return BaseTrainer(model, torch.optim.SGD(model.parameters(), lr=0.1), **options)


def test_metrics_of_a_step_without_an_output_are_refused():
    one = trainer(step=step, metrics={"accuracy": accuracy})
    with pytest.raises(ValueError, match="let step return a mapping with 'loss', 'out"):
        one.fit([BATCH], [BATCH], num_epochs=1)


def test_a_metric_that_no_evaluation_gives_is_told_once(tmp_path, caplog):
    one = trainer(
        step=step,
        folder=tmp_path,
        callbacks=[EarlyStopping("val_a"), Checkpointing(monitor="val_size")],
        monitor="val_b",
    )
    one.fit([BATCH], [BATCH], num_epochs=3, until="val_c > 1")
    for who, name in [("EarlyStopping", "a"), ("monitor", "b"), ("until", "c")]:
        told = f"{who} watches 'val_{name}', which the first evaluation has not: val_l"
        assert caplog.text.count(told) == 1
    assert "Checkpointing" not in caplog.text


def test_without_an_evaluation_none_can_come():
    with pytest.raises(ValueError, match=r"until watches 'val_size'.*pass val_data"):
        trainer(step=step).fit([BATCH], num_epochs=1, until="val_size > 1")
    trainer(step=step).fit([BATCH], num_epochs=1)


def test_a_metric_that_no_epoch_has_is_named():
    one = trainer(step=step, callbacks=[EarlyStopping("train_siez")])
    with pytest.raises(ValueError, match=r"watches 'train_siez', but .*train_size"):
        one.fit([BATCH], num_epochs=1)


@pytest.mark.parametrize("options", [{"compile": "max-autotune"}, {"compile": 1}])
def test_compile_takes_options_by_name(options):
    with pytest.raises(TypeError, match="compile must be True, False, or options of"):
        trainer(**options)


def test_no_options_compile_as_well(monkeypatch):
    given = []
    monkeypatch.setattr(
        torch, "compile", lambda model, **o: given.append(o) or copy.copy(model)
    )
    trainer(compile={})
    trainer(compile={"mode": "default"})
    assert given == [{}, {"mode": "default"}]


def test_a_counter_that_is_none_is_refused():
    with pytest.raises(TypeError, match="count_tokens must be callable"):
        trainer(count_tokens=3)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_batches_without_tokens_leave_no_trace_in_a_window(precision):
    def loss(output, target):
        kept = target != -100
        return (output.squeeze(-1) ** 2 * kept).sum() / kept.sum()

    full = torch.ones(2, 3, 1), torch.ones(2, 3, dtype=torch.long)
    none = torch.ones(2, 3, 1), torch.full((2, 3), -100)
    options = {"loss": loss, "mean_over": "tokens", "precision": precision}
    one = trainer(accumulation=3, **options)
    row = one.fit([none, full, none], num_epochs=1).history[0]
    other = trainer(**options)
    assert row["train_loss"] == other.fit([full], num_epochs=1).history[0]["train_loss"]
    torch.testing.assert_close(one.model.state_dict(), other.model.state_dict())


def test_a_loss_that_draws_random_numbers_is_resumed_exactly(tmp_path):
    def loss(output, target):
        return functional.mse_loss(output + torch.randn(()), target)

    whole = trainer(loss=loss)
    whole.fit([BATCH] * 10, updates=10)
    for updates in (3, 10):
        one = trainer(loss=loss, folder=tmp_path, callbacks=[Checkpointing()])
        one.fit([BATCH] * 10, updates=updates, resume="auto")
    assert torch.equal(one.model.weight, whole.model.weight)


@dataclass(frozen=True, slots=True)
class Scaled:
    x: torch.Tensor
    scale: InitVar[float]
    scaled: torch.Tensor = field(init=False)

    def __post_init__(self, scale):
        object.__setattr__(self, "scaled", self.x * scale)


def test_all_tensors_of_a_record_are_changed_without_building_it_anew():
    one = Scaled(torch.ones(3), 2.0)
    other = changed(one, lambda tensor: tensor + 1)
    assert (other.x[0].item(), other.scaled[0].item()) == (2.0, 3.0)
    assert (one.x[0].item(), one.scaled[0].item()) == (1.0, 2.0)


@pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict])
def test_a_mapping_keeps_its_kind(kind):
    one = kind(x=torch.ones(3), name="some")
    other = changed(one, lambda tensor: tensor + 1)
    assert type(other) is kind
    assert (other["x"][0].item(), one["x"][0].item()) == (2.0, 1.0)
    assert other["name"] == "some"


def test_predictions_are_those_of_the_weights_that_are_to_be_used(tmp_path):
    schedulefree = pytest.importorskip("schedulefree")
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    optimizer = schedulefree.SGDScheduleFree(model.parameters(), lr=0.5)
    one = BaseTrainer(
        model, optimizer, folder=tmp_path, callbacks=[SamplePredictions(BATCH[0])]
    )
    one.fit([BATCH] * 5, [BATCH], num_epochs=2)
    optimizer.eval()
    *_, last = read_json_lines(tmp_path / "predictions.jsonl")
    assert last["predictions"] == model(BATCH[0]).tolist()


def test_a_callback_of_two_runs_keeps_the_records_of_each_in_its_folder(tmp_path):
    log = LoggingCallback(1)
    for name, batches in [("one", 3), ("two", 2)]:
        one = trainer(folder=tmp_path / name, callbacks=[log])
        one.fit([BATCH] * batches, num_epochs=1)
    updates = [read_run(tmp_path / name).column("loss")[0] for name in ("one", "two")]
    assert updates == [[0, 1, 2], [0, 1]]


def test_sparse_gradients_can_be_examined_and_clipped_in_a_run():
    model = nn.Sequential(
        nn.Embedding(5, 2, sparse=True), nn.Flatten(), nn.Linear(6, 1)
    )
    data = [(torch.arange(12).reshape(4, 3) % 5, torch.zeros(4, 1))] * 3
    before = copy.deepcopy(model.state_dict())
    row = trainer(model, clip_norm=0.5, precision="fp16").fit(data, num_epochs=1)
    assert row.updates and not torch.equal(model[0].weight, before["0.weight"])
