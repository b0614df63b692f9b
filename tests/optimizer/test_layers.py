"""Depths of layers: told from the numbered blocks of well-known kinds of model."""

import pytest
from torch import nn

from lehr.optimizer import build_optimizer
from lehr.optimizer.layers import depths, find_lists
from optimizer.models import Transformer, contents, linear


def names(*parts):
    return [f"{part}.weight" for part in parts]


RESNET = names(
    "conv1",
    *(f"layer{s}.{b}.conv{c}" for s in (1, 2, 3) for b in range(s + 1) for c in (1, 2)),
    "layer3.0.downsample.0",
    "layer3.0.downsample.1",
    "fc",
)
SWIN = names(
    "patch_embed.proj",
    *(f"layers.0.blocks.{b}.attn.qkv" for b in range(2)),
    "layers.1.downsample.reduction",
    *(f"layers.1.blocks.{b}.mlp.fc1" for b in range(6)),
    "layers.2.downsample.reduction",
    "layers.2.blocks.0.norm1",
    "norm",
    "head.fc",
)
BERT = names(
    "embeddings.word",
    *(f"encoder.layer.{b}.attention.self.query" for b in range(12)),
    "pooler.dense",
)
TWO_IN_TWO = names(*(f"blocks.{b}.mlp.{n}" for b in range(2) for n in (0, 2)))
MLP_IN_BLOCKS = names(*(f"blocks.{b}.mlp.{n}" for b in range(3) for n in (0, 2)))
SEQ2SEQ = names(
    "shared",
    *(f"encoder.layers.{b}.linear1" for b in range(2)),
    "encoder.norm",
    *(f"decoder.layers.{b}.linear1" for b in range(2)),
    "decoder.norm",
)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (RESNET, ["layer1", "layer2", "layer3"]),
        (SWIN, ["layers.0.blocks", "layers.1.blocks", "layers.2.blocks"]),
        (BERT, ["encoder.layer"]),
        (MLP_IN_BLOCKS, ["blocks"]),
        (TWO_IN_TWO, ["blocks"]),
        (SEQ2SEQ, ["encoder.layers"]),
        (names("0", "2", "3"), [""]),
        (names("0", "body.0"), []),
        (names("stem", "head"), []),
    ],
    ids=[
        "resnet",
        "swin",
        "bert",
        "mlp",
        "equal",
        "seq2seq",
        "sequential",
        "single",
        "none",
    ],
)
def test_the_blocks_are_the_longest_list_and_those_like_it(model, expected):
    assert find_lists(model) == expected


@pytest.mark.parametrize(
    ("model", "lists", "expected"),
    [
        (BERT, ["encoder.layer"], [0, *range(1, 13), 13]),
        (
            SWIN,
            ["layers.0.blocks", "layers.1.blocks", "layers.2.blocks"],
            [0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 10],
        ),
        (
            RESNET,
            ["layer1", "layer2", "layer3"],
            [0, *(d for d in range(1, 10) for _ in (1, 2)), 6, 6, 10],
        ),
        (SEQ2SEQ, ["encoder.layers"], [0, 1, 2, 3, 3, 3, 3]),
        (SEQ2SEQ, ["encoder.layers", "decoder.layers"], [0, 1, 2, 2, 3, 4, 5]),
        (names("0", "2", "3"), [""], [1, 2, 3]),
        (
            ["bare", *names("stem", "body.conv", "body.norm", "head")],
            [],
            [0, 0, 1, 1, 2],
        ),
    ],
    ids=["bert", "swin", "resnet", "encoder", "both", "sequential", "children"],
)
def test_depth_counts_the_blocks_from_the_input(model, lists, expected):
    assert [depths(model, lists)[name] for name in model] == expected


def rates(model, layer_decay, **config):
    config = {"name": "AdamW", "lr": 1.0, "layer_decay": layer_decay, **config}
    optimizer = build_optimizer(model, config)
    groups = contents(optimizer, model)
    by_group = {group["name"]: group["lr"] for group in optimizer.param_groups}
    return {name: by_group[group] for group, held in groups.items() for name in held}


def test_rates_of_a_transformer_fall_by_the_factor_towards_the_input():
    found = rates(Transformer(depth=3), 0.5)
    by_part = {
        "position": 0.0625,
        "embed": 0.0625,
        "blocks.0": 0.125,
        "blocks.1": 0.25,
        "blocks.2": 0.5,
        "norm": 1.0,
        "head": 1.0,
    }
    for name, rate in found.items():
        [part] = [p for p in by_part if name == p or name.startswith(f"{p}.")]
        assert rate == by_part[part], name


def test_the_last_layer_has_the_rate_itself_also_without_a_head():
    assert rates(linear(), 0.5) == {
        "0.weight": 0.25,
        "0.bias": 0.25,
        "1.weight": 0.5,
        "1.bias": 0.5,
        "2.weight": 1.0,
        "2.bias": 1.0,
    }


def test_frozen_layers_keep_their_depth():
    model = Transformer(depth=3)
    free = rates(model, 0.5)
    model.embed.requires_grad_(False)
    model.blocks[0].requires_grad_(False)
    model.head.requires_grad_(False)
    model.norm.requires_grad_(False)
    found = rates(model, 0.5)
    assert found == {name: free[name] for name in found}
    assert max(found.values()) == 0.5


def test_a_named_list_of_blocks_is_taken():
    model = nn.Transformer(
        4, 2, num_encoder_layers=2, num_decoder_layers=3, batch_first=True
    )
    longest = rates(model, 0.5)
    assert longest["decoder.layers.0.linear1.weight"] == 0.125
    assert longest["encoder.layers.1.linear1.weight"] == 0.0625
    for blocks in (["encoder.layers", "decoder.layers"], "*.layers"):
        both = rates(model, {"rate": 0.5, "blocks": blocks})
        assert both["encoder.layers.0.linear1.weight"] == 0.5**5
        assert both["encoder.norm.weight"] == 0.5**4
        assert both["decoder.layers.2.linear1.weight"] == 0.5
        assert both["decoder.norm.weight"] == 1.0
    assert rates(model, {"rate": 0.5, "blocks": None}) == longest


def test_a_rate_of_one_changes_no_rate():
    assert set(rates(Transformer(), 1).values()) == {1.0}


def test_the_default_rate_of_the_optimizer_is_scaled_too():
    optimizer = build_optimizer(linear(), {"name": "RMSprop", "layer_decay": 0.5})
    assert [g["lr"] for g in optimizer.param_groups] == [0.0025, 0.005, 0.01]
