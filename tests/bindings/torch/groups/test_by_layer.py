"""Layer-wise decay: a schedule times decay^(depth - layer), each parameter once."""

import pytest
import torch
from torch import nn

from lehr import Linear
from lehr.bindings.torch import Scheduler, groups_by_layer, per_group, times_base
from lehr.bindings.torch.groups.by_layer import layers_of
from lehr.bindings.torch.rules import on

NAMES = [
    "cls_token",
    "patch_embed.proj.weight",
    *(f"blocks.{i}.{part}" for i in range(12) for part in ("norm1.weight", "mlp.bias")),
    "norm.weight",
    "head.weight",
]
# What timm's VisionTransformer.group_matcher() returns.
TIMM = {
    "stem": r"^cls_token|pos_embed|patch_embed",
    "blocks": [(r"^blocks\.(\d+)", None), (r"^norm", (99999,))],
}


class Net(nn.Module):
    def __init__(self, blocks=4):
        super().__init__()
        self.stem = nn.Linear(3, 4)
        self.blocks = nn.ModuleList(nn.Linear(4, 4) for _ in range(blocks))
        self.head = nn.Linear(4, 2)


WAYS = [None, r"blocks\.(\d+)\.", {"stem": "^stem", "blocks": r"^blocks\.(\d+)"}]


@pytest.mark.parametrize("layer", WAYS, ids=["told", "number", "matcher"])
def test_every_way_to_tell_layers_gives_one_group_each_and_covers_all(layer):
    model = Net()
    groups = groups_by_layer(model, lr=1.0, decay=0.5, layer=layer)
    assert [g["lr"] for g in groups] == [0.5**k for k in (5, 4, 3, 2, 1, 0)]
    found = [id(p) for g in groups for p in g["params"]]
    assert sorted(found) == sorted(map(id, model.parameters()))


def test_a_function_of_the_name_tells_layers():
    def layer(name):
        return 0 if name.startswith("stem") else 7 if name.startswith("head") else 3

    groups = groups_by_layer(Net(), lr=1.0, decay=0.5, layer=layer)
    assert [(g["name"], g["lr"]) for g in groups] == [
        ("layer_0", 0.5**7),
        ("layer_3", 0.5**4),
        ("layer_7", 1.0),
    ]


def test_timms_matchers_give_timms_layers():
    # Of the 12 blocks timm makes layers 1 to 12; the norm joins the last, and the head,
    # which no pattern matches, is one more.
    found = layers_of(NAMES, TIMM)
    assert found["cls_token"] == found["patch_embed.proj.weight"] == 0
    assert [found[f"blocks.{i}.mlp.bias"] for i in range(12)] == list(range(1, 13))
    assert (found["norm.weight"], found["head.weight"]) == (12, 13)


def test_blocks_are_ordered_by_their_numbers_not_as_text():
    found = layers_of([f"blocks.{i}.weight" for i in range(11)], r"blocks\.(\d+)\.")
    assert list(found.values()) == list(range(11))


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.AdamW])
def test_absolute_and_relative_schedules_come_to_the_same(optimizer):
    shape, values = Linear(1.0, 0.0, 10), []
    for fields in (
        lambda o: {"lr": times_base(shape)},
        lambda o: per_group(o, lr=0.2 * shape),
        lambda o: per_group(o, lr=on("updates", 0.2 * shape)),
        lambda o: per_group(o, lr=times_base(shape)),
    ):
        groups = groups_by_layer(Net(), lr=0.2, decay=0.7, no_decay=True)
        bound = optimizer(groups)
        scheduler = Scheduler(bound, **fields(bound))
        scheduler.seek(4)
        values.append(scheduler.get_last_lr())
    for other in values[1:]:
        assert other == pytest.approx(values[0], rel=1e-12)


def test_one_absolute_schedule_for_all_is_refused_not_applied_without_the_decay():
    groups = groups_by_layer(Net(), lr=0.2, decay=0.7)
    with pytest.raises(ValueError, match="times_base"):
        Scheduler(torch.optim.SGD(groups), lr=Linear(0.2, 0.0, 10))


def test_groups_of_timm_say_their_factor_by_another_name():
    groups = [{"params": [nn.Parameter(torch.ones(1))], "lr_scale": 0.25}]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    scheduler = Scheduler(optimizer, **per_group(optimizer, lr=Linear(1.0, 0.0, 10)))
    assert scheduler.get_last_lr() == [0.25]


def test_a_mapping_may_hold_other_clocks_and_there_must_be_groups():
    optimizer = torch.optim.SGD(groups_by_layer(Net(1), lr=0.2, decay=0.5))
    names = [group["name"] for group in optimizer.param_groups]
    lr = dict.fromkeys(names, on("tokens", Linear(0.2, 0.0, 10)))
    scheduler = Scheduler(optimizer, **per_group(optimizer, lr=lr))
    scheduler.step(tokens=5)
    assert scheduler.get_last_lr() == [0.025, 0.05, 0.1]
    with pytest.raises(ValueError, match="at least one param group"):
        per_group([], lr=Linear(0.2, 0.0, 10))


def test_the_state_of_scheduled_layers_is_text_and_loads():
    def fresh():
        optimizer = torch.optim.SGD(groups_by_layer(Net(), lr=0.2, decay=0.7))
        return Scheduler(optimizer, **per_group(optimizer, lr=Linear(0.2, 0.0, 10)))

    one, other = fresh(), fresh()
    one.seek(3)
    other.load_state_dict(one.state_dict())
    assert other.get_last_lr() == one.get_last_lr()


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"decay": 0.0}, ValueError, r"decay must be in \(0, 1\]"),
        ({"decay": 1.5}, ValueError, r"in \[0, 1\]"),
        ({"lr": 0.0}, ValueError, "lr must be > 0"),
        ({"layer": r"blocks\.\d+"}, ValueError, "must catch the number"),
        ({"layer": r"block_(\d+)"}, ValueError, "matches none of the 12 names"),
        ({"layer": r"(\w+)\."}, ValueError, "not a number"),
        ({"layer": lambda name: 0}, ValueError, "in one layer"),
        ({"layer": lambda name: -1}, ValueError, ">= 0"),
        ({"layer": 3}, TypeError, "layer must be None"),
    ],
)
def test_what_cannot_be_is_refused(options, kind, said):
    with pytest.raises(kind, match=said):
        groups_by_layer(Net(), **({"lr": 0.1, "decay": 0.5} | options))
