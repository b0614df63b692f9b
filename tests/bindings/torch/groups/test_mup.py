"""Rates by width: the factors of the paper's tables, and what they are for."""

import pytest
import torch
from torch import nn

from lehr import Linear
from lehr.bindings.torch import Scheduler, mup_groups, per_group

WIDE, NARROW = 96, 32


class Net(nn.Module):
    def __init__(self, width, hidden=None):
        super().__init__()
        hidden = 4 * width if hidden is None else hidden
        self.embed = nn.Embedding(11, width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.head = nn.Linear(width, 11)


def factors(**options):
    model = Net(WIDE)
    options = {"base": Net(NARROW), "lr": 1.0} | options
    groups = mup_groups(model, options.pop("base"), **options)
    at = {id(p): g["lr"] for g in groups for p in g["params"]}
    assert len(at) == sum(len(g["params"]) for g in groups)
    return {name: at[id(p)] for name, p in model.named_parameters()}


VECTORS = ("embed.weight", "norm.weight", "norm.bias", "up.bias", "down.bias")


def test_adam_has_the_factors_of_table_8():
    found = factors()
    assert found["up.weight"] == found["down.weight"] == pytest.approx(1 / 3)
    assert {found[name] for name in (*VECTORS, "head.weight", "head.bias")} == {1.0}


def test_sgd_has_the_factors_of_table_8():
    found = factors(optimizer="sgd")
    assert found["up.weight"] == found["down.weight"] == 1.0
    assert {found[name] for name in (*VECTORS, "head.weight")} == {3.0}
    assert found["head.bias"] == 1.0


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_plain_readout_has_the_factor_of_table_3(optimizer):
    found = factors(optimizer=optimizer, readout="plain")
    assert found["head.weight"] == pytest.approx(1 / 3)
    assert found["embed.weight"] == (1.0 if optimizer == "adam" else 3.0)


@pytest.mark.parametrize(
    "base",
    [
        {name: tuple(p.shape) for name, p in Net(NARROW).named_parameters()},
        {WIDE: NARROW, 4 * WIDE: 4 * NARROW},
    ],
    ids=["shapes", "widths"],
)
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_every_form_of_the_base_is_the_same(base, optimizer):
    assert factors(base=base, optimizer=optimizer) == factors(optimizer=optimizer)


def test_a_base_on_no_device_will_do():
    with torch.device("meta"):
        base = Net(NARROW)
    assert factors(base=base) == factors()


def test_of_two_widths_each_has_its_own_multiple():
    model = Net(WIDE, hidden=64)
    groups = mup_groups(model, Net(NARROW, hidden=32), lr=1.0)
    at = {id(p): g["lr"] for g in groups for p in g["params"]}
    assert at[id(model.up.weight)] == pytest.approx(1 / 3)
    assert at[id(model.down.weight)] == pytest.approx(1 / 2)


def test_the_base_itself_is_not_scaled():
    groups = mup_groups(Net(WIDE), Net(WIDE), lr=0.3)
    assert [(g["name"], g["lr"]) for g in groups] == [("lr_x1", 0.3)]


def test_rate_times_weight_decay_may_stay():
    groups = mup_groups(
        Net(WIDE),
        Net(NARROW),
        lr=0.1,
        weight_decay=0.2,
        keep_decay=True,
        no_decay=True,
    )
    products = {round(g["lr"] * g["weight_decay"], 12) for g in groups}
    assert products == {0.02, 0.0}
    optimizer = torch.optim.AdamW(groups)
    fields = per_group(
        optimizer, lr=Linear(0.1, 0.0, 10), weight_decay=Linear(0.2, 0.0, 10)
    )
    scheduler = Scheduler(optimizer, **fields)
    scheduler.seek(5)
    values = scheduler.values
    products = zip(values["lr"], values["weight_decay"], strict=True)
    assert {round(a * b, 12) for a, b in products} == {0.005, 0.0}


def change_of_features(width, scaled):
    """Return how far one update of Adam moves what the hidden layer computes."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(8, width), nn.Linear(width, width), nn.Linear(width, 1)
    )
    base = nn.Sequential(nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 1))
    groups = mup_groups(model, base, lr=1e-3) if scaled else model.parameters()
    optimizer = torch.optim.Adam(groups, lr=1e-3)
    x = torch.randn(64, 8)
    with torch.no_grad():
        before, inner = model[:2](x), model[0](x)
    model(x).square().mean().backward()
    optimizer.step()
    with torch.no_grad():  # by the hidden weights alone
        return (model[1](inner) - before).abs().mean().item()


def test_an_update_moves_the_features_of_all_widths_alike():
    # The coordinate check of the paper, appendix D.1.
    scaled = [change_of_features(width, scaled=True) for width in (32, 128, 512)]
    plain = [change_of_features(width, scaled=False) for width in (32, 128, 512)]
    assert max(scaled) < 1.5 * min(scaled)
    assert plain[2] > 8 * plain[0]


@pytest.mark.parametrize(
    ("base", "options", "kind", "said"),
    [
        (Net(NARROW), {"optimizer": "adm"}, ValueError, "did you mean 'adam'"),
        (Net(NARROW), {"lr": 0}, ValueError, "lr must be > 0"),
        (Net(NARROW), {"keep_decay": True}, ValueError, "needs weight_decay"),
        ({77: 7}, {}, ValueError, "no parameter has a dimension of it"),
        ({"embed.weigth": (1, 2)}, {}, ValueError, "did you mean 'embed.weigth'"),
        ({}, {}, TypeError, "base must be the narrow model"),
        (3, {}, TypeError, "base must be the narrow model"),
        (
            {n: (1,) for n, _ in Net(1).named_parameters()},
            {},
            ValueError,
            "in their widths only",
        ),
    ],
)
def test_what_does_not_fit_is_refused(base, options, kind, said):
    with pytest.raises(kind, match=said):
        mup_groups(Net(WIDE), base, **({"lr": 0.1} | options))


def test_only_outputs_and_inputs_may_be_widths():
    with pytest.raises(ValueError, match="first two dimensions"):
        mup_groups(nn.Conv1d(4, 4, 5), nn.Conv1d(4, 4, 3), lr=0.1)


def test_a_transposed_convolution_has_its_inputs_first():
    class Decoder(nn.Module):
        def __init__(self, width, hidden):
            super().__init__()
            kind = nn.ConvTranspose1d
            self.first, self.last = kind(3, width, 1), kind(hidden, 3, 1)
            self.hidden = kind(width, hidden, 1)

    def rates(**options):
        model = Decoder(64, 256)
        groups = mup_groups(model, Decoder(32, 64), lr=1.0, **options)
        at = {id(p): g["lr"] for g in groups for p in g["params"]}
        names = ("first", "hidden", "last")
        return [at[id(getattr(model, name).weight)] for name in names]

    # From m = 2 and 4 by the table: inputs, hidden weights, outputs.
    assert rates(readout="plain") == [1.0, 1 / 2, 1 / 4]
    assert rates(optimizer="sgd") == [2.0, 4 / 2, 4.0]
    assert rates() == [1.0, 1 / 2, 1.0]


def test_a_multiple_of_a_width_must_be_named():
    model = Net(WIDE)
    with pytest.raises(ValueError, match=r"up.weight has a dimension of 384, 4 times"):
        mup_groups(model, {WIDE: NARROW}, lr=1.0)
    fixed = mup_groups(model, {WIDE: NARROW, 4 * WIDE: 4 * WIDE}, lr=1.0)
    assert sum(len(group["params"]) for group in fixed) == 9


def test_a_base_with_more_parameters_is_refused_and_may_be_wrapped():
    deep = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8))
    with pytest.raises(ValueError, match=r"'1.bias' that the model has not"):
        mup_groups(nn.Sequential(nn.Linear(4, 16)), deep, lr=1.0)
    shapes = {f"module._orig_mod.{k}": p.shape for k, p in deep.named_parameters()}
    wide = nn.Sequential(nn.Linear(4, 16), nn.Linear(16, 16))
    wide[1] = torch.compile(wide[1], backend="eager")
    assert [g["lr"] for g in mup_groups(wide, shapes, lr=1.0)] == [1.0, 0.5]
