"""The step scheduler's plan: its schedule, modes, state, errors and example."""

import json

import pytest
import torch
from torch import nn

from lehr.training import StepScheduler


class Regression(nn.Module):
    """A model whose forward gives the loss, as the document's loop wants."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 1)

    def forward(self, batch):
        x, y = batch
        return nn.functional.mse_loss(self.linear(x), y)


@pytest.mark.parametrize(
    ("first", "last", "rate"),
    [(0, 29, 0.1), (30, 59, 0.01), (60, 89, 0.001), (90, 119, 0.0001)],
)
@pytest.mark.parametrize("mode", ["step", "epoch"])
def test_the_example_schedule_changes_exactly_at_each_interval(first, last, rate, mode):
    scheduler = StepScheduler(initial_lr=0.1, step_size=30, gamma=0.1, mode=mode)
    rates = [scheduler.get_lr()]
    for _ in range(last + 1):
        scheduler.step()
        rates.append(scheduler.get_lr())
    assert rates[first : last + 1] == [pytest.approx(rate, rel=1e-15)] * 30
    assert rates[last + 1] == pytest.approx(rate / 10, rel=1e-15)


def test_the_defaults_are_those_of_the_document():
    scheduler = StepScheduler(initial_lr=0.1)
    state = scheduler.state_dict()
    assert (state["step_size"], state["gamma"], state["mode"]) == (30, 0.1, "step")


def test_example_api_usage():
    torch.manual_seed(0)
    model = Regression()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(40, 3)
    data_loader = [(x[i : i + 4], x[i : i + 4].sum(1, True)) for i in range(0, 40, 4)]
    num_epochs = 4
    seen = []

    # Initialize scheduler
    scheduler = StepScheduler(initial_lr=0.1, step_size=30, gamma=0.1, mode="step")

    # Training loop
    for _epoch in range(num_epochs):
        for batch in data_loader:
            loss = model.forward(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()  # Update learning rate

            current_lr = scheduler.get_lr()
            seen.append(current_lr)

    assert seen[:29] == [0.1] * 29
    assert seen[29:] == [pytest.approx(0.01)] * 11


def test_common_integration_pattern_drives_the_optimizer():
    model = Regression()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = StepScheduler(0.1, step_size=2, gamma=0.5, optimizer=optimizer)
    used = []
    for _ in range(5):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()  # Update parameters
        scheduler.step()  # Update learning rate for next iteration
    assert used == [0.1, 0.1, 0.05, 0.05, 0.025]


def test_updates_may_happen_before_the_optimizer_step():
    model = Regression()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = StepScheduler(
        0.1, step_size=2, gamma=0.5, optimizer=optimizer, order="before"
    )
    used = []
    for _ in range(5):
        scheduler.step()
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    assert used == [0.1, 0.1, 0.05, 0.05, 0.025]


def test_the_state_has_the_five_items_and_survives_json():
    scheduler = StepScheduler(initial_lr=0.1, step_size=3, gamma=0.5, mode="epoch")
    for _ in range(7):
        scheduler.step()
    state = json.loads(json.dumps(scheduler.state_dict()))
    assert state["counter"] == 7  # current step or epoch
    assert state["initial_lr"] == 0.1
    assert (state["step_size"], state["gamma"]) == (3, 0.5)  # decay configuration
    assert state["current_lr"] == 0.025
    assert state["mode"] == "epoch"

    resumed = StepScheduler(initial_lr=0.1, step_size=3, gamma=0.5, mode="epoch")
    resumed.load_state_dict(state)
    for _ in range(20):
        assert resumed.get_lr() == scheduler.get_lr()
        resumed.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("step_size", 0),
        ("gamma", 0.0),
        ("gamma", -0.1),
        ("gamma", 1.0),
        ("gamma", 1.5),
        ("mode", "batch"),
    ],
)
def test_an_invalid_configuration_is_an_error_that_names_it(argument, value):
    with pytest.raises(ValueError, match=rf"{argument} must .*{value!r}"):
        StepScheduler(**{"initial_lr": 0.1, argument: value})


def test_a_negative_counter_is_an_invalid_state():
    scheduler = StepScheduler(initial_lr=0.1)
    state = {**scheduler.state_dict(), "counter": -1}
    with pytest.raises(ValueError, match=r"counter must be .*-1"):
        scheduler.load_state_dict(state)


def test_the_counter_is_a_whole_number_and_the_rate_does_not_drift():
    scheduler = StepScheduler(initial_lr=0.1, step_size=1, gamma=0.99)
    for _ in range(1_000):
        scheduler.step()
    state = scheduler.state_dict()
    assert type(state["counter"]) is int
    assert state["initial_lr"] == 0.1
    assert scheduler.get_lr() == pytest.approx(0.1 * 0.99**1_000, rel=1e-15)
