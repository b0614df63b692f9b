"""Optimizers whose step is one kernel, where torch has one."""

import copy
import logging

import pytest
import torch
from torch import nn

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BaseTrainer,
    Checkpointing,
    RMSprop,
)
from lehr.training.fusing import advise, fusible

KINDS = {
    "SGD": (lambda **o: SGD(0.05, momentum=0.9, **o), torch.optim.SGD),
    "Adam": (lambda **o: Adam(1e-3, **o), torch.optim.Adam),
    "AdamW": (lambda **o: AdamW(1e-3, **o), torch.optim.AdamW),
    "Adagrad": (lambda **o: Adagrad(1e-2, **o), torch.optim.Adagrad),
}


def fused(kind):
    """Whether this torch has it, by its own word."""
    try:
        one = nn.Parameter(torch.zeros(1))
        one.grad = torch.zeros(1)
        kind([one], fused=True).step()
    except (RuntimeError, TypeError):
        return False
    return True


def small_model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()


def trained(model, optimizer, updates=200):
    bound = optimizer.bind(model)
    x = torch.randn(updates, 16, 6, generator=torch.Generator().manual_seed(1)).double()
    for batch in x:
        bound.zero_grad()
        model(batch).square().mean().backward()
        bound.step()
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("name", KINDS)
def test_lehrs_own_are_fused_where_torch_has_it(name):
    build, kind = KINDS[name]
    bound = build().bind(small_model())
    assert bool(bound.param_groups[0]["fused"]) is fused(kind)


@pytest.mark.parametrize("name", KINDS)
def test_fused_and_not_fused_agree_over_200_updates(name):
    build, kind = KINDS[name]
    if not fused(kind):
        pytest.skip("this torch has no fused step for it")
    one = trained(small_model(), build())
    other = trained(small_model(), build(fused=False))
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("option", ["fused", "foreach"])
def test_who_chooses_a_step_by_hand_gets_it(option):
    value = option == "foreach"
    bound = AdamW(**{option: value}).bind(small_model())
    assert bound.param_groups[0][option] is value
    assert not bound.param_groups[0]["fused"]


def test_an_option_of_a_group_is_kept_too():
    first, second = small_model().parameters(), small_model().parameters()
    groups = [{"params": first, "foreach": True}, {"params": second, "lr": 0.5}]
    bound = AdamW(1.0).bind(groups)
    assert [bool(group["fused"]) for group in bound.param_groups] == [False, False]


def test_rates_and_options_of_groups_survive():
    first, second = small_model().parameters(), small_model().parameters()
    groups = [{"params": first, "name": "a"}, {"params": second, "lr": 0.5}]
    bound = SGD(1.0, momentum=0.5).bind(groups)
    assert [group["lr"] for group in bound.param_groups] == [1.0, 0.5]
    assert bound.param_groups[0]["name"] == "a"
    assert bound.defaults["momentum"] == 0.5
    assert all(len(group["params"]) == 4 for group in bound.param_groups)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # of torch itself
@pytest.mark.parametrize("name", ["SGD", "Adagrad"])
def test_sparse_gradients_fall_back(name):
    build = SGD if name == "SGD" else Adagrad

    def after(optimizer):
        torch.manual_seed(0)
        table = nn.Embedding(5, 2, sparse=True)
        bound = optimizer.bind(table)
        for _ in range(3):
            bound.zero_grad()
            table(torch.tensor([1, 3])).square().sum().backward()
            bound.step()
        return table.weight.detach()

    torch.testing.assert_close(
        after(build()), after(build(fused=False)), rtol=0, atol=0
    )


def test_a_run_with_a_fused_step_resumes_bit_for_bit(tmp_path):
    batches = [(torch.randn(4, 6).double(), torch.randn(4, 3).double())] * 6

    def trainer():
        return BaseTrainer(small_model(), AdamW(1e-2))

    whole, first, second = trainer(), trainer(), trainer()
    whole.fit(batches, num_epochs=3)
    first.fit(batches, updates=8)
    first.save_checkpoint(tmp_path / "half")
    second.fit(batches, num_epochs=3, resume=tmp_path / "half")
    for one, other in zip(
        whole.model.parameters(), second.model.parameters(), strict=True
    ):
        assert torch.equal(one, other)


def test_a_fused_step_and_a_schedule_go_together():
    model, optimizer = small_model(), AdamW(1e-2)
    scheduler = Scheduler(optimizer.bind(model), lr=Linear(1e-2, 0.0, 10))
    batch = (torch.randn(4, 6).double(), torch.randn(4, 3).double())
    BaseTrainer(model, optimizer, scheduler).fit([batch] * 4, num_epochs=1)
    assert optimizer.get_lr() == pytest.approx(0.006)


def test_what_has_no_fused_step_is_as_it_was():
    assert not fusible(torch.optim.RMSprop, small_model().parameters())
    assert not fusible(torch.optim.SGD, [])
    assert not fusible(torch.optim.SGD, [nn.Parameter(torch.zeros(2).cfloat())])
    assert "fused" not in RMSprop().bind(small_model()).param_groups[0]


def test_a_tensor_of_a_class_of_its_own_is_not_fused():
    class Own(torch.Tensor):
        pass

    assert not fusible(torch.optim.SGD, [torch.zeros(2).as_subclass(Own)])


@pytest.mark.skipif(not fused(torch.optim.AdamW), reason="there is no fused step")
def test_a_users_own_is_left_as_it_is_and_the_log_says_once_what_is_faster(caplog):
    model = small_model()
    optimizer = torch.optim.AdamW(model.parameters())
    before = copy.deepcopy(optimizer.state_dict())
    with caplog.at_level(logging.INFO, "lehr.training"):
        BaseTrainer(model, optimizer)
        BaseTrainer(model, optimizer)
    assert optimizer.state_dict() == before
    assert caplog.text.count("AdamW(..., fused=True)") == 1


@pytest.mark.parametrize("options", [{"fused": True}, {"foreach": True}])
def test_nothing_is_said_to_who_has_chosen(caplog, options):
    with caplog.at_level(logging.INFO, "lehr.training"):
        advise(torch.optim.AdamW(small_model().parameters(), **options))
        advise(torch.optim.RMSprop(small_model().parameters()))
    assert not caplog.records


@pytest.mark.parametrize("name", ["SGD", "AdamW"])
@pytest.mark.parametrize("order", ["into fused", "into not fused"])
def test_a_state_of_the_other_kind_of_step_goes_on_in_half_precision(
    tmp_path, name, order
):
    build, _ = KINDS[name]
    data = [(torch.ones(4, 6), torch.zeros(4, 3))] * 4
    parts = [build(fused=False), build(), build(fused=False)]
    if order == "into not fused":
        parts = [build(), build(fused=False), build()]
    kinds = []
    for epochs, optimizer in enumerate(parts, 1):
        torch.manual_seed(0)
        one = BaseTrainer(
            nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 3)),
            optimizer,
            precision="fp16",
            folder=tmp_path,
            callbacks=[Checkpointing()],
        )
        kinds.append(one.optimizer.param_groups[0]["fused"])
        result = one.fit(data, num_epochs=epochs, resume="auto")
        assert result.epochs == epochs
        # The state says how the step is done: it goes on bit for bit.
        assert bool(one.optimizer.param_groups[0]["fused"]) is bool(kinds[0])


class Late(nn.Module):
    """Uses its embedding, whose gradient is sparse, from the third call on."""

    def __init__(self):
        super().__init__()
        self.rows, self.layer = nn.Embedding(4, 2, sparse=True), nn.Linear(2, 1)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        late = self.calls > 2
        return self.layer(self.rows(torch.arange(4)) if late else torch.ones(4, 2))


def test_a_sparse_gradient_that_comes_later_falls_back_as_well():
    one = BaseTrainer(Late(), SGD(0.1))
    data = [(torch.ones(4, 1), torch.zeros(4, 1))] * 5
    assert one.fit(data, num_epochs=1).updates == 5
