"""Parameters of a model: unwrapped, without the frozen, each of them once."""

import pytest
import torch
from torch import nn

from lehr.optimizer import build_optimizer
from lehr.optimizer.parameters import named_parameters, other_names
from optimizer.models import Transformer, contents, linear

SGD = {"name": "SGD", "lr": 0.1}
HEAD = {**SGD, "groups": [{"name": "head", "match": "2.*"}]}


def distributed(model):
    return nn.parallel.DistributedDataParallel(model)


def compiled(model):
    return torch.compile(model)


@pytest.fixture
def process_group(tmp_path):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1
    )
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize(
    "wraps",
    [[nn.DataParallel], [distributed], [compiled], [compiled, nn.DataParallel]],
)
def test_the_names_are_those_of_the_model_inside_a_wrapper(wraps, process_group):
    model = wrapped = linear()
    for wrap in wraps:
        wrapped = wrap(wrapped)
    found = contents(build_optimizer(wrapped, HEAD), model)
    assert found["head"] == ["2.weight", "2.bias"]
    assert len(found["rest"]) == 4


def test_frozen_parameters_are_left_out():
    model = linear()
    model[0].weight.requires_grad_(False)
    for config in (SGD, {**SGD, "no_decay": True}, HEAD):
        groups = build_optimizer(model, config).param_groups
        found = [id(value) for group in groups for value in group["params"]]
        assert len(found) == 5
        assert id(model[0].weight) not in found


def test_a_model_without_anything_to_train_is_refused():
    with pytest.raises(ValueError, match="its 6 parameters are all frozen"):
        build_optimizer(linear().requires_grad_(False), SGD)
    with pytest.raises(ValueError, match="model has no parameters, got ReLU"):
        build_optimizer(nn.ReLU(), SGD)


@pytest.mark.parametrize("options", [{}, {"no_decay": True}, {"layer_decay": 0.5}])
def test_a_shared_parameter_is_taken_once(options):
    model = Transformer(tied=True)
    groups = build_optimizer(model, {**SGD, **options}).param_groups
    found = [id(value) for group in groups for value in group["params"]]
    assert len(found) == len(set(found)) == len(list(model.parameters()))
    assert other_names(model) == {"head.weight": "embed.weight"}


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"name": "SGD"}, r"got dict; the order is build_optimizer\(model, config\)"),
        ("AdamW", "got str"),
        (3, "got int"),
        (nn.Parameter(torch.zeros(2)), "put it in a list"),
    ],
    ids=["dict", "str", "int", "parameter"],
)
def test_what_is_no_model_is_refused(model, words):
    for config in (SGD, linear()):
        with pytest.raises(TypeError, match=words):
            build_optimizer(model, config)


class LlamaRMSNorm(nn.Module):
    """A norm of another library: nothing but its name says so."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2, 2))


class NormFree(LlamaRMSNorm):
    pass


class Bilinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(2, 2))
        self.bias_table = nn.Parameter(torch.zeros(2, 2))
        self.gain = nn.Parameter(torch.tensor(1.0))


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.LayerNorm((3, 3)), {"weight", "bias"}),
        (nn.GroupNorm(2, 4), {"weight", "bias"}),
        (nn.BatchNorm2d(4), {"weight", "bias"}),
        (nn.InstanceNorm1d(4, affine=True), {"weight", "bias"}),
        (nn.RMSNorm((2, 2)), {"weight"}),
        (nn.Linear(2, 2), {"bias"}),
        (nn.Embedding(2, 2), set()),
        (LlamaRMSNorm(), {"scale"}),
        (NormFree(), set()),
        (Bilinear(), {"bias", "gain"}),
    ],
    ids=lambda each: type(each).__name__,
)
def test_biases_vectors_and_norms_are_told_from_the_rest(module, expected):
    found = {n.name for n in named_parameters(module) if n.is_vector_or_norm}
    assert found == expected
