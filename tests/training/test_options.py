"""Options of a run: limits of the gradient, compiled models, the deterministic mode."""

import pytest
import torch
from torch import nn

from lehr.training import BaseTrainer, Callback, LoggingCallback, read_run
from training import runs
from training.small import Net, X, Y, trained


def test_groups_are_clipped_each_to_its_norm():
    model = Net()
    groups = [{"params": [model.layer.weight]}, {"params": [model.layer.bias]}]
    before = [p.detach().clone() for p in model.parameters()]
    one = BaseTrainer(
        model,
        torch.optim.SGD(groups, lr=1.0),
        loss=lambda output, target: 100 * output.sum(),
        clip_norm=[0.5, None],
    )
    one.fit([(X, Y)], num_epochs=1)
    moved = [(a - b).norm() for a, b in zip(before, model.parameters(), strict=True)]
    assert moved[0].item() == pytest.approx(0.5, rel=1e-5)
    assert moved[1].item() == pytest.approx(600 * 3**0.5, rel=1e-5)


def test_elements_are_clipped_to_a_value():
    model = Net()
    before = [p.detach().clone() for p in model.parameters()]
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=1.0),
        loss=lambda output, target: 100 * output.sum(),
        clip_value=0.25,
    )
    one.fit([(X, Y)], num_epochs=1)
    for old, new in zip(before, model.parameters(), strict=True):
        assert torch.allclose(old - new, torch.full_like(old, 0.25), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clip_norm": 1.0, "clip_value": 1.0}, "may not both be given; choose one"),
        ({"clip_norm": [1.0, 2.0]}, "clip_norm has 2 limits, the optimizer 1 param"),
        ({"clip_norm": [-1.0]}, "clip_norm must be > 0"),
        ({"clip_value": 0.0}, "clip_value must be > 0"),
    ],
)
def test_limits_that_mean_nothing_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        trained([(X, Y)], **options)


def test_a_compiled_run_has_the_weights_and_names_of_one_that_is_not():
    data = [(X, Y)] * 4
    options = {"backend": "aot_eager"}
    assert torch.allclose(trained(data, compile=options), trained(data), atol=1e-6)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = BaseTrainer(model, optimizer, compile=options)
    assert list(one.model.state_dict()) == ["layer.weight", "layer.bias"]
    assert one.loop.forward is not model
    result = one.fit(data, data, num_epochs=1)
    assert result.best is not None


def test_the_deterministic_mode_is_that_of_the_run_alone():
    seen = []

    class Watch(Callback):
        def on_update(self, context):
            seen.append(torch.are_deterministic_algorithms_enabled())

    trained([(X, Y)], deterministic=True, callbacks=[Watch()])
    assert seen == [True, True]
    assert not torch.are_deterministic_algorithms_enabled()


def test_an_operation_without_a_deterministic_form_is_named():
    model = nn.Linear(4, 4)

    def step(model, batch):
        output = model(batch)
        return output.put(torch.zeros(1, dtype=torch.long), torch.ones(1)).sum()

    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        step=step,
        deterministic=True,
    )
    with pytest.raises(RuntimeError, match="does not have a deterministic"):
        one.fit([X], num_epochs=1)
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_run_with_a_folder_keeps_its_records(tmp_path):
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = BaseTrainer(model, optimizer, folder=tmp_path / "a")
    one.fit(runs.batches("lehr"), updates=3)
    updates, losses = read_run(tmp_path / "a").column("loss")
    assert list(updates) == [0, 2]
    assert len(losses) == 2
    none = [LoggingCallback(loggers=[])]
    other = BaseTrainer(model, optimizer, folder=tmp_path / "b", callbacks=none)
    other.fit(runs.batches("lehr"), updates=3)
    assert not (tmp_path / "b" / "run.sqlite").exists()
