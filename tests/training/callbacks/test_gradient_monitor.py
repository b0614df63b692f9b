"""How large the gradient of an update was, before anyone changed it."""

import pytest
import torch

from lehr.training import BaseTrainer, Callback, GradientMonitor
from training import runs


class Watch(Callback):
    """All records, and the rate of those that were measured."""

    order = 600

    def __init__(self):
        self.records = []

    def on_log(self, context):
        self.records.append(dict(context.record))

    @property
    def measured(self):
        return [r["update"] for r in self.records if "gradient_norm" in r]


def watched(monitor, *, updates=6, optimizer=torch.optim.SGD, data="lehr", **options):
    model = runs.net(dropout=0.0)
    watch = Watch()
    arguments = options.pop("arguments", {"lr": 0.1})
    trainer = BaseTrainer(
        model,
        optimizer(model.parameters(), **arguments),
        callbacks=[*([monitor] if monitor else []), watch],
        **options,
    )
    trainer.fit(runs.batches(data), updates=updates)
    return trainer, watch


def expected(update, **options):
    """The gradient norm of an update, by a loop of torch's own."""
    trainer, _ = watched(None, updates=update, **options) if update else (None, None)
    model = runs.net(dropout=0.0) if trainer is None else trainer.model
    batches = list(runs.batches("lehr"))
    x, y = batches[update]
    model.train()
    model.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    gradients = [p.grad for p in model.parameters()]
    norms = {n: p.grad.norm().item() for n, p in model.named_parameters()}
    largest = max(g.abs().max().item() for g in gradients)
    return torch.cat([g.flatten() for g in gradients]).norm().item(), largest, norms


@pytest.mark.parametrize("clip_norm", [None, 0.1])
def test_the_norm_is_that_before_clipping(clip_norm):
    _, watch = watched(GradientMonitor(every=1, per_layer=True), clip_norm=clip_norm)
    for update in (0, 3):
        norm, largest, norms = expected(update, clip_norm=clip_norm)
        record = watch.records[update]
        assert record["gradient_norm"] == pytest.approx(norm, rel=1e-4)
        assert record["gradient_largest"] == pytest.approx(largest, rel=1e-4)
        assert record["gradient_bad"] == 0
        for name, value in norms.items():
            logged = record[f"gradient_norm/{name}"]
            assert logged == pytest.approx(value, rel=1e-4, abs=1e-7)


def test_an_optimizer_that_changes_the_gradient_does_not_change_the_number():
    nesterov = {"lr": 0.1, "momentum": 0.9, "nesterov": True, "foreach": True}
    _, watch = watched(GradientMonitor(every=1), arguments=nesterov)
    norm, _, _ = expected(3, arguments=nesterov)
    assert watch.records[3]["gradient_norm"] == pytest.approx(norm, rel=1e-4)


def test_the_first_is_measured_and_every_so_many_th():
    _, watch = watched(GradientMonitor(every=4), updates=13)
    assert watch.measured == [0, 3, 7, 11]
    assert "gradient_norm/0.weight" not in watch.records[0]


def test_measuring_changes_no_number():
    plain, _ = watched(None, clip_norm=0.5)
    looked, _ = watched(GradientMonitor(every=1, per_layer=True), clip_norm=0.5)
    for one, other in zip(
        plain.model.state_dict().values(),
        looked.model.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)


def test_it_looks_no_more_after_the_run():
    trainer, watch = watched(GradientMonitor(every=1))
    assert not trainer.optimizer._optimizer_step_pre_hooks
    trainer.fit(runs.batches("lehr"), updates=8)  # and again in the next part
    assert watch.measured == list(range(8))


def test_elements_that_are_not_finite_are_counted():
    class Spoil(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([3.0, -1.0]))

        def forward(self, x):
            return (self.weight * torch.tensor([4.0, float("inf")]) * 0).sum() + (
                self.weight[0] * 4.0
            )

    model, watch = Spoil(), Watch()
    trainer = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.0),
        loss=lambda output, target: output,
        callbacks=[GradientMonitor(), watch],
        check_finite=False,
    )
    trainer.fit([runs.table(2)], num_epochs=1)
    assert watch.records[0]["gradient_bad"] == 1
    assert watch.records[0]["gradient_norm"] == 4.0


def test_a_parameter_that_is_not_trained_is_left_out():
    model = runs.net(dropout=0.0)
    watch = Watch()
    trainer = BaseTrainer(
        model,
        torch.optim.SGD(model[4].parameters(), lr=0.1),
        callbacks=[GradientMonitor(per_layer=True), watch],
    )
    trainer.fit(runs.batches("lehr"), updates=1)
    names = [n for n in watch.records[0] if n.startswith("gradient_norm/")]
    assert names == ["gradient_norm/4.weight", "gradient_norm/4.bias"]


def test_the_interval_must_be_positive():
    with pytest.raises(ValueError, match="every must be >= 1, got 0"):
        GradientMonitor(every=0)
