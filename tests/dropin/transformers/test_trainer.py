"""In transformers' Trainer, and where it schedules each parameter."""

import pytest
import torch

from dropin.transformers import configurations as c

transformers = pytest.importorskip("transformers")


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.Linear(2, 1)

    def forward(self, x, labels):
        return {"loss": (self.linear(x) - labels).square().mean()}


def trained(get, folder, kind, steps=None, **more):
    """Train for 12 updates, and return the rates that they used."""
    model, used = Small(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(
        lambda made, *_: used.append(made.param_groups[0]["lr"])
    )
    rows = [{"x": torch.ones(2) * i, "labels": torch.ones(1)} for i in range(4)]
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=4,
        max_steps=12,
        save_steps=6,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    scheduler = get(kind, optimizer, 3, 12, {})
    trainer = transformers.Trainer(
        model, arguments, train_dataset=rows, optimizers=(optimizer, scheduler)
    )
    trainer.train(**more)
    return used, scheduler


def test_the_trainer_uses_the_same_rates_and_resumes(tmp_path):
    ours, scheduler = trained(c.dropin("get_scheduler"), tmp_path / "a", "cosine")
    theirs, _ = trained(c.original("get_scheduler"), tmp_path / "b", "cosine")
    assert ours == pytest.approx(theirs, abs=1e-15)
    assert ours == [0.1 * scheduler.lr_lambdas[0](t) for t in range(12)]
    for folder in ("a", "b"):  # ours from ours, and ours from theirs
        again, _ = trained(
            c.dropin("get_scheduler"),
            tmp_path / folder,
            "cosine",
            resume_from_checkpoint=str(tmp_path / folder / "checkpoint-6"),
        )
        assert again == ours[6:]


def test_each_parameter_of_a_layer_wise_optimizer_is_scheduled():
    from transformers.trainer_pt_utils import LayerWiseDummyOptimizer

    weight = torch.nn.Parameter(torch.ones(1))
    inner = {weight: torch.optim.SGD([weight], lr=0.1)}
    dummy = LayerWiseDummyOptimizer(optimizer_dict=inner, lr=0.1)
    shown = c.dropin("get_scheduler")("linear", dummy, 0, 10)
    for _ in range(2):
        inner[weight].step()
        weight.sum().backward()
    assert c.rates(inner[weight]) == pytest.approx([0.08])
    assert type(shown).__name__ == "LayerWiseDummyScheduler"


def test_adafactor_shows_its_own_rates():
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = c.original("Adafactor")([weight])
    made = c.dropin("get_adafactor_schedule")(optimizer, 0.5)
    assert made.get_last_lr() == [0.5]
    assert "initial_lr" not in optimizer.param_groups[0]
    theirs = c.original("get_adafactor_schedule")(
        c.original("Adafactor")([weight]), 0.5
    )
    assert theirs.get_last_lr() == [0.5]
    weight.square().sum().backward()
    optimizer.step()
    made.step()
    state = optimizer.state[weight]
    assert made.get_last_lr() == [optimizer._get_lr(optimizer.param_groups[0], state)]
