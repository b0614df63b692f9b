"""Torch's optimizers, built before the model: the same updates, a rate that is set."""

import copy

import pytest
import torch
from torch import nn

from lehr.training import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BaseTrainer,
    RMSprop,
    TrainingLoop,
    ValidationLoop,
)
from training import runs

PAIRS = [
    (SGD(0.1), torch.optim.SGD, {"lr": 0.1}),
    (
        SGD(0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True},
    ),
    (SGD(momentum=0.9, dampening=0.5), torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    (Adam(), torch.optim.Adam, {}),
    (Adam(0.01, betas=(0.8, 0.9)), torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.9)}),
    (AdamW(), torch.optim.AdamW, {}),
    (
        AdamW(0.01, weight_decay=0.5),
        torch.optim.AdamW,
        {"lr": 0.01, "weight_decay": 0.5},
    ),
    (Adagrad(), torch.optim.Adagrad, {}),
    (RMSprop(), torch.optim.RMSprop, {}),
    (RMSprop(alpha=0.5), torch.optim.RMSprop, {"alpha": 0.5}),
]
PAIRS[2][2]["dampening"] = 0.5


def trained(model, optimizer):
    for batch in runs.batches("lehr"):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        optimizer.step()
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize(("optimizer", "kind", "options"), PAIRS)
def test_the_updates_are_torchs(optimizer, kind, options):
    model, twin = runs.net(dropout=0.0), runs.net(dropout=0.0)
    torchs = optimizer.bind(model)
    assert type(torchs) is kind
    if torchs.param_groups[0].get("fused"):  # lehr's choice, up to rounding the same
        options = {**options, "fused": True}
    expected = trained(twin, kind(twin.parameters(), **options))
    assert torch.equal(trained(model, optimizer), expected)


def test_the_rate_is_set_before_there_is_a_model_and_after():
    optimizer = SGD(learning_rate=0.5)
    optimizer.set_lr(0.25)
    assert (optimizer.get_lr(), optimizer.learning_rate) == (0.25, 0.25)
    torchs = optimizer.bind(nn.Linear(2, 1))
    assert [group["lr"] for group in torchs.param_groups] == [0.25]
    optimizer.set_lr(0)
    assert [group["lr"] for group in torchs.param_groups] == [0.0]
    assert optimizer.get_lr() == 0.0


def test_groups_keep_the_ratios_of_their_rates():
    one, two = nn.Linear(2, 1), nn.Linear(2, 1)
    optimizer = SGD(0.1)
    optimizer.set_lr(0.0)
    groups = [{"params": one.parameters()}, {"params": two.parameters(), "lr": 0.01}]
    optimizer.bind(groups)
    assert [group["lr"] for group in optimizer.param_groups] == [0.0, 0.0]
    optimizer.set_lr(0.5)
    assert [g["lr"] for g in optimizer.param_groups] == pytest.approx([0.5, 0.05])


def test_a_rate_that_is_a_tensor_is_filled_in_place():
    rate = torch.tensor(0.5)
    optimizer = SGD(rate, foreach=False)
    optimizer.set_lr(0.25)
    optimizer.bind(nn.Linear(2, 1))
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == optimizer.get_lr() == 0.25


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused(rate):
    with pytest.raises(ValueError, match="learning_rate must be"):
        SGD(0.1).set_lr(rate)
    with pytest.raises(ValueError, match="learning_rate must be"):
        AdamW(learning_rate=rate)
    with pytest.raises(TypeError, match="learning_rate must be a number"):
        SGD(0.1).set_lr("fast")


def test_before_it_has_parameters_it_says_how_to_get_them():
    optimizer = Adam()
    for use in (optimizer.step, optimizer.zero_grad, optimizer.state_dict):
        with pytest.raises(ValueError, match=r"Adam has no parameters.*bind\(model\)"):
            use()
    with pytest.raises(ValueError, match="no parameters yet"):
        optimizer.param_groups  # noqa: B018  (the access is the test)
    with pytest.raises(ValueError, match="no parameters yet"):
        optimizer.load_state_dict({})


def test_it_is_bound_once():
    model = nn.Linear(2, 1)
    optimizer = SGD()
    torchs = optimizer.bind(model)
    assert optimizer.bind(model) is optimizer.bind(model.parameters()) is torchs
    assert optimizer.bind(list(model.named_parameters())) is torchs
    assert (
        optimizer.bind([{"params": model.weight}, {"params": [model.bias]}]) is torchs
    )
    with pytest.raises(ValueError, match="this SGD is bound to other parameters"):
        optimizer.bind(nn.Linear(2, 1))
    with pytest.raises(ValueError, match="empty parameter list"):
        SGD().bind(nn.ReLU())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(momentun=0.9), "an option of SGD must.*did you mean 'momentum'"),
        (lambda: Adam(lr=0.1), "an option of Adam must be one of"),
        (lambda: SGD(momentum=-0.5), "momentum"),
        (lambda: SGD(nesterov=True), "Nesterov"),
        (lambda: AdamW(betas=(1.0, 0.9)), "beta"),
        (lambda: Adagrad(lr_decay=-1.0), "lr_decay"),
    ],
)
def test_torchs_rules_hold_at_once(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_its_state_is_torchs():
    model = runs.net(dropout=0.0)
    optimizer = Adam(0.01)
    optimizer.bind(model)
    trained(model, optimizer)
    twin = runs.net(dropout=0.0)
    twin.load_state_dict(model.state_dict())
    again = Adam(0.01)
    again.bind(twin)
    again.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert torch.equal(trained(twin, again), trained(model, optimizer))


def test_a_closure_is_passed_on():
    model = nn.Linear(2, 1)
    optimizer = SGD()
    optimizer.bind(model)

    def closure():
        optimizer.zero_grad()
        loss = model(torch.ones(1, 2)).square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() > 0
    optimizer.zero_grad(set_to_none=False)
    assert not model.weight.grad.any()


def test_it_is_printed_with_the_rate_in_force():
    optimizer = SGD(0.1, momentum=0.9)
    optimizer.set_lr(0.05)
    assert repr(optimizer) == (
        "SGD(learning_rate=0.05, momentum=0.9, weight_decay=0.0, nesterov=False)"
    )


@pytest.mark.parametrize("kind", [BaseTrainer, TrainingLoop])
def test_a_trainer_and_a_loop_bind_it_to_their_model(kind):
    optimizer = SGD(learning_rate=0.5)
    model = runs.net()
    one = kind(model, optimizer)
    assert one.optimizer is optimizer.bind(model)
    if kind is BaseTrainer:
        assert one.rates == [0.5]
        assert one.fit(runs.batches("lehr"), num_epochs=1).updates == 14
    else:
        assert one.run(runs.batches("lehr"))["loss"] > 0
    with pytest.raises(ValueError, match="bound to other parameters"):
        kind(runs.net(), optimizer)


@pytest.mark.parametrize("kind", [BaseTrainer, TrainingLoop])
def test_what_is_no_model_and_no_optimizer_is_refused(kind):
    model = runs.net()
    for wrong in ("sgd", None, SGD, torch.optim.SGD):
        with pytest.raises(TypeError, match="optimizer must be one of torch's"):
            kind(model, wrong)
    for wrong in (torch.relu, SGD()):
        with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module"):
            kind(wrong, SGD())
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module"):
        ValidationLoop(torch.relu)


def test_an_optimizer_that_needs_a_closure_is_refused_at_once():
    model = runs.net()
    with pytest.raises(TypeError, match="LBFGS evaluates the loss several times"):
        BaseTrainer(model, torch.optim.LBFGS(model.parameters()))
