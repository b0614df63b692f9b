"""The training loop changes weights; the validation loop changes nothing."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import (
    EmptyDataError,
    NonFiniteError,
    TrainingLoop,
    ValidationLoop,
    accuracy,
    rng,
)
from lehr.training.data import Loader
from training import runs


def linear():
    torch.manual_seed(0)
    return nn.Linear(8, 3)


def loop_on(model, **options):
    return TrainingLoop(model, torch.optim.SGD(model.parameters(), lr=0.5), **options)


@pytest.mark.parametrize("check", [True, False])
def test_the_loss_of_an_update_has_no_graph(check):
    step = loop_on(linear(), check_finite=check).update([runs.table(12)])
    assert not step.loss.requires_grad
    assert isinstance(step.value, float if check else torch.Tensor)
    assert float(step.value) == step.loss.item()


@pytest.mark.parametrize("sizes", [[4, 4, 4], [5, 6, 1], [1, 11], [12]])
def test_a_window_is_one_batch_whatever_the_sizes_of_its_parts(sizes):
    x, y = runs.table(12)
    model, twin = linear(), linear()
    step = loop_on(model).update(list(zip(x.split(sizes), y.split(sizes), strict=True)))
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.5)
    loss = functional.cross_entropy(twin(x), y)
    loss.backward()
    optimizer.step()
    assert step.samples == 12
    assert step.loss.item() == pytest.approx(loss.item(), rel=1e-6)
    for mine, reference in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-5, atol=1e-7)


def test_the_tail_of_an_epoch_is_a_window_of_its_own():
    x, y = runs.table(11)
    loop = loop_on(linear(), accumulation=2)
    batches = list(zip(x.split(2), y.split(2), strict=True))  # 2 2, 2 2, 2 1
    loop.run(batches)
    assert (loop.updates, loop.samples) == (3, 11)
    by_hand = loop_on(linear())
    for begin, end in ((0, 4), (4, 8), (8, 11)):
        by_hand.update([(x[begin:end], y[begin:end])])
    torch.testing.assert_close(loop.model.weight, by_hand.model.weight)


def test_the_mean_loss_of_an_epoch_is_over_samples():
    x, y = runs.table(9)
    model = linear()
    frozen = torch.optim.SGD(model.parameters(), lr=0.0)
    whole = functional.cross_entropy(model(x), y).item()
    batches = list(zip(x.split(4), y.split(4), strict=True))
    assert TrainingLoop(model, frozen).run(batches) == {"loss": pytest.approx(whole)}


def test_clipping_limits_the_norm_and_tells_what_it_was():
    x, y = runs.table(12)
    model, twin = linear(), linear()
    functional.cross_entropy(twin(x), y).backward()
    norm = torch.cat([p.grad.flatten() for p in twin.parameters()]).norm().item()
    step = loop_on(model, clip_norm=0.1).update([(x, y)])
    assert step.gradient_norm.item() == pytest.approx(norm, rel=1e-5)
    clipped = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
    assert clipped == pytest.approx(0.1, rel=1e-4)


def test_the_rates_of_a_step_are_those_it_used():
    model = linear()
    rate = torch.tensor(0.25)
    optimizer = torch.optim.SGD(
        [{"params": [model.weight], "lr": rate}, {"params": [model.bias], "lr": 0.5}],
        lr=1.0,
    )
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    loop = TrainingLoop(model, optimizer, scheduler)
    steps = [loop.update([runs.table(4)]) for _ in range(2)]
    rates = [[float(rate) for rate in step.rates] for step in steps]
    assert rates == [[0.25, 0.5], [0.125, 0.25]]


def test_what_else_was_scheduled_is_told_as_it_was_used():
    model = linear()
    optimizer = torch.optim.AdamW(model.parameters(), lr=torch.tensor(0.5))
    decay = torch.tensor(0.5)
    optimizer.param_groups[0]["weight_decay"] = decay
    fall = Linear(0.5, 0.0, 4)
    scheduler = Scheduler(optimizer, lr=fall, weight_decay=fall, beta1=fall)
    loop = TrainingLoop(model, optimizer, scheduler)
    steps = [loop.update([runs.table(4)]) for _ in range(3)]
    for number, step in enumerate(steps):
        used = [fall(number)]
        assert step.rates == used
        assert step.others == {"weight_decay": used, "beta1": used}


def test_a_batch_without_samples_is_refused_and_changes_nothing():
    model = linear()
    x, y = runs.table(4)
    for accumulation in (1, 2):
        loop = loop_on(model, accumulation=accumulation)
        before = copy.deepcopy(model.state_dict())
        with pytest.raises(EmptyDataError, match=r"no sample.*shape \(0, 8\)"):
            loop.update([(x[:0], y[:0])] * accumulation)
        assert loop.updates == 0
        assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    with pytest.raises(EmptyDataError, match="no sample"):
        ValidationLoop(model).run([(x, y), (x[:0], y[:0])])


def test_a_loader_is_evaluated_whole_wherever_it_stands():
    x, y = runs.table(12)
    loader = Loader((x, y), batch_size=4)
    loop = ValidationLoop(linear())
    whole = loop.run(loader)
    next(iter(loader))  # someone has a look at a batch
    assert loop.run(loader) == whole


def test_a_loss_that_is_not_finite_changes_nothing_and_names_the_update():
    model = linear()
    loop = loop_on(model)
    x, y = runs.table(4)
    loop.update([(x, y)])
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(NonFiniteError, match="loss is nan at update 1;") as caught:
        loop.update([(x * float("nan"), y)])
    assert (caught.value.update, loop.updates) == (1, 1)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_a_gradient_that_is_not_finite_is_refused_where_it_is_measured():
    model = linear()
    with pytest.raises(NonFiniteError, match=r"gradient norm is (inf|nan) at"):
        loop_on(model, clip_norm=1.0, loss=infinite_slope).update([runs.table(4)])


def infinite_slope(output, target):
    return (output - output.detach()).clamp(min=0).sqrt().sum()  # the root of 0


def test_what_is_not_checked_is_not_refused():
    loop = loop_on(linear(), check_finite=False)
    x, y = runs.table(4)
    assert loop.update([(x * float("nan"), y)]).loss.isnan()


def test_validation_changes_nothing():
    model = runs.net()
    model[1].eval()  # a part that its user has frozen
    x, y = runs.table(10)
    functional.cross_entropy(model(x), y).backward()
    before = copy.deepcopy(model.state_dict())
    gradients = [p.grad.clone() for p in model.parameters()]
    modes = [module.training for module in model.modules()]
    random = rng.capture()

    def noisy():
        for part in zip(x.split(4), y.split(4), strict=True):
            torch.rand(3)
            yield part

    ValidationLoop(model, metrics={"accuracy": accuracy}).run(noisy())
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
    now = rng.capture()
    assert torch.equal(now["torch"], random["torch"])
    assert torch.equal(now["python"][1], random["python"][1])


def test_validation_restores_the_mode_after_an_error():
    model = runs.net()
    with pytest.raises(RuntimeError):
        ValidationLoop(model).run([(torch.ones(2, 5), torch.zeros(2).long())])
    assert all(module.training for module in model.modules())


def test_validation_means_are_weighted_by_the_true_batch_sizes():
    model = runs.net().eval()
    x, y = runs.table(10)
    output = model(x)
    means = ValidationLoop(model, metrics={"accuracy": accuracy}).run(
        zip(x.split(4), y.split(4), strict=True)  # 4 4 2
    )
    assert means["loss"] == pytest.approx(functional.cross_entropy(output, y).item())
    right = (output.argmax(1) == y).sum().item()
    assert means["accuracy"] == pytest.approx(right / 10)


def test_validation_is_the_same_each_time_though_the_model_drops_out():
    loop = ValidationLoop(runs.net(dropout=0.9))
    assert loop.run(runs.validation()) == loop.run(runs.validation())


def test_empty_validation_data_is_refused():
    with pytest.raises(EmptyDataError, match="val_data gave no batch"):
        ValidationLoop(linear()).run([])


def test_a_metric_may_not_take_the_name_of_the_loss():
    with pytest.raises(ValueError, match="may not be named 'loss'"):
        ValidationLoop(linear(), metrics={"loss": accuracy})


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="accumulation must be >= 1, got 0"):
        loop_on(linear(), accumulation=0)
    with pytest.raises(ValueError, match="clip_norm must be > 0"):
        loop_on(linear(), clip_norm=0)


def test_batches_go_to_the_device_and_a_model_may_have_no_parameters():
    class Fixed(nn.Module):
        def forward(self, x):
            return x * 2

    loop = ValidationLoop(Fixed(), device="cpu")
    assert loop.run([(torch.ones(2), torch.zeros(2))]) == {"loss": 4.0}
    assert ValidationLoop(Fixed()).device == torch.device("cpu")


def test_an_optimizer_of_another_model_is_refused():
    model, other = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    with pytest.raises(ValueError, match="none of the model's parameters"):
        TrainingLoop(model, torch.optim.SGD(other.parameters(), lr=0.1))
