"""The models of bytes: no look ahead, positions, first loss, and what they learn."""

import math

import pytest
import torch

from lehr.training.models import ByteGru, ByteTransformer
from lehr.training.tasks import next_byte_loss

BUILDS = {
    "transformer": lambda **o: ByteTransformer(width=32, layers=2, heads=2, **o),
    "gru": lambda **o: ByteGru(width=32, layers=2, **o),
}
every_model = pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS.keys())


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@every_model
def test_no_place_sees_what_comes_after_it(build):
    model = build().eval()
    text = torch.randint(256, (2, 20))
    other = text.clone()
    other[:, 12:] = torch.randint(256, (2, 8))
    before, after = model(text), model(other)
    torch.testing.assert_close(before[:, :12], after[:, :12])
    assert not torch.allclose(before[:, 12:], after[:, 12:])


@every_model
def test_what_came_before_counts_and_so_does_its_order(build):
    model = build().eval()
    text = torch.tensor([[1, 2, 3, 4]])
    swapped = torch.tensor([[2, 1, 3, 4]])
    assert not torch.allclose(model(text)[0, -1], model(swapped)[0, -1], atol=1e-6)


@every_model
def test_it_begins_with_a_guess(build):
    text = torch.randint(256, (8, 32))
    loss = next_byte_loss(build()(text), torch.randint(256, (8, 32)))
    assert loss.item() == pytest.approx(math.log(256), abs=0.3)


@every_model
def test_it_learns_a_text_by_heart(build):
    model = build()
    text = torch.tensor([list(b"one two three four five six seven")] * 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-2)
    for _ in range(250):
        optimizer.zero_grad()
        loss = next_byte_loss(model(text[:, :-1]), text[:, 1:])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2  # pairs of letters alone leave more than 1


@every_model
def test_dropout_acts_in_training_alone(build):
    model, text = build(dropout=0.5), torch.randint(256, (2, 9))
    assert not torch.equal(model(text), model(text))
    model.eval()
    assert torch.equal(model(text), model(text))


@every_model
def test_the_embedding_is_the_last_layer_too(build):
    shapes = [tuple(p.shape) for p in build().parameters()]
    assert shapes.count((256, 32)) == 1


def test_attention_goes_by_distances_not_by_places():
    model = ByteTransformer(width=16, layers=1, heads=2).eval()
    text = torch.randint(256, (1, 6))
    longer = torch.cat((torch.randint(256, (1, 5)), text), 1)
    block, where = model.blocks[0], torch.arange(11.0)
    turns = torch.outer(where, model.angles)
    hidden = model.embedding(longer)[:, 5:]
    here = block(hidden, turns[:6].cos(), turns[:6].sin())
    there = block(hidden, turns[5:].cos(), turns[5:].sin())
    torch.testing.assert_close(here, there)


def test_it_runs_in_bfloat16():
    model = ByteTransformer(width=16, layers=1, heads=2)
    text = torch.randint(256, (2, 6))
    with torch.autocast("cpu", torch.bfloat16):
        assert model(text).dtype == torch.bfloat16
    assert model.bfloat16()(text).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: ByteTransformer(width=30, heads=4),
            r"width must be a multiple of 2 x heads \(8\), got 30",
        ),
        (lambda: ByteTransformer(heads=0), "heads must be >= 1, got 0"),
        (lambda: ByteTransformer(layers=0), "layers must be >= 1, got 0"),
        (lambda: ByteGru(layers=0), "layers must be >= 1, got 0"),
        (lambda: ByteGru(dropout=1.0), r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_refuses_sizes_that_are_none(build, message):
    with pytest.raises(ValueError, match=message):
        build()
