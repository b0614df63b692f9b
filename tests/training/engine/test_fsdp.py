"""Weights that are spread, over one rank: all of torch's FSDP2 is at work."""

import pytest
import torch
from torch import nn

from lehr.training import gradient_statistics
from lehr.training.averaged_weights import AveragedWeights
from lehr.training.clipping import Clipping
from lehr.training.engine.fsdp import Fsdp
from lehr.training.engine.sharded import is_sharded, whole_state
from training.engine.group_of_one import connected

WIDTH = 4


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(2))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x


def prepared(engine, build=torch.optim.Adam, **options):
    torch.manual_seed(0)
    model = Stack()
    optimizer = build(model.parameters(), lr=0.1)
    engine.prepare(model, optimizer)
    return model, optimizer


def trained(model, optimizer, engine):
    with engine.exchange(last=True):
        model(torch.ones(3, WIDTH)).pow(2).sum().backward()


@pytest.fixture
def engine():
    with connected(Fsdp()) as engine:
        yield engine


def test_the_optimizer_holds_the_spread_parameters(engine):
    model, optimizer = prepared(engine)
    held = optimizer.param_groups[0]["params"]
    assert [id(p) for p in held] == [id(p) for p in model.parameters()]
    assert all(is_sharded(p) for p in held)


def test_whole_states_can_be_read_elsewhere_and_come_back(engine):
    model, optimizer = prepared(engine)
    trained(model, optimizer, engine)
    optimizer.step()
    state = engine.whole([model.state_dict(), optimizer.state_dict()])
    plain = Stack()
    plain.load_state_dict(state[0])
    other = torch.optim.Adam(plain.parameters())
    other.load_state_dict(state[1])
    again, its = prepared(engine)
    engine.load_model(again, plain.state_dict())
    engine.load_optimizer(its, other.state_dict())
    for one, two in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one.full_tensor(), two.full_tensor())
        moment = its.state[two]["exp_avg"]
        assert is_sharded(moment)
        assert torch.equal(
            moment.full_tensor(), optimizer.state[one]["exp_avg"].full_tensor()
        )


def test_the_norm_and_the_statistics_are_those_of_whole_gradients(engine):
    model, optimizer = prepared(engine)
    trained(model, optimizer, engine)
    grads = [p.grad.full_tensor().clone() for p in model.parameters()]
    wanted = torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads]))
    found = gradient_statistics(model.parameters())
    assert found.norm == pytest.approx(wanted.item())
    norm = Clipping(norm=0.01)(optimizer.param_groups)
    assert not is_sharded(norm)
    assert norm.item() == pytest.approx(wanted.item())
    clipped = [p.grad.full_tensor() for p in model.parameters()]
    total = torch.linalg.vector_norm(torch.cat([g.flatten() for g in clipped]))
    assert total.item() == pytest.approx(0.01, rel=1e-3)


def test_averages_of_spread_weights_are_saved_whole(engine):
    model, _ = prepared(engine)
    average = AveragedWeights(model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    average.move(0.5)
    saved = whole_state(average.state_dict())
    assert not any(is_sharded(one) for one in saved.values())
    other = AveragedWeights(model)
    other.load_state_dict(saved)
    plain = Stack()
    plain.load_state_dict(other.model_state())
    assert torch.equal(plain.layers[0].weight, saved["layers.0.weight"])


def test_an_optimizer_with_a_state_is_refused(engine):
    model = Stack()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, WIDTH)).sum().backward()
    optimizer.step()
    with pytest.raises(ValueError, match="has a state already"):
        engine.prepare(model, optimizer)


def test_an_optimizer_of_other_parameters_is_refused(engine):
    model = Stack()
    strange = nn.Parameter(torch.ones(7))
    optimizer = torch.optim.SGD([*model.parameters(), strange], lr=0.1)
    with pytest.raises(ValueError, match=r"not the model's, of shapes \(7,\)"):
        engine.prepare(model, optimizer)


@pytest.mark.parametrize("block", ["Linear", nn.Linear])
def test_blocks_are_named_or_given_by_class(block):
    with connected(Fsdp(blocks=[block])) as engine:
        model, _ = prepared(engine)
        assert hasattr(model.layers[0], "set_requires_gradient_sync")


def test_blocks_that_are_not_there_are_refused():
    with (
        connected(Fsdp(blocks=["Layer"])) as engine,
        pytest.raises(ValueError, match=r"no module is one of the blocks.*Linear"),
    ):
        prepared(engine)


def test_dimensions_of_data_say_which_share_a_rank_reads():
    sizes = {"dp": 1, "tp": 1}
    with connected(Fsdp(mesh=sizes, data=["dp"])) as engine:
        assert (engine.reader, engine.readers) == (0, 1)
    with (
        connected(Fsdp(mesh=sizes, data=["pp"])) as engine,
        pytest.raises(ValueError, match="a dimension of data must be one of"),
    ):
        engine.readers  # noqa: B018  (asking for it is the test)


def test_a_model_that_is_spread_already_is_refused():
    with connected(Fsdp()) as engine:
        model, optimizer = prepared(engine)
        with pytest.raises(ValueError, match="spread over the ranks already"):
            engine.prepare(model, optimizer)
