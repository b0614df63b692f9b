"""Means over tokens: padding weighs nothing, wherever the batches are cut."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, Callback, ValidationLoop, accuracy
from lehr.training.batches import tokens_of
from lehr.training.weighing import Weighing


def language(lengths, width=5):
    """Batches of token sequences, padded with what is to be ignored."""
    generator = torch.Generator().manual_seed(4)
    batches = []
    for group in lengths:
        tokens = torch.randint(0, 7, (len(group), width), generator=generator)
        target = tokens.roll(-1, 1)
        for row, length in zip(target, group, strict=True):
            row[length:] = -100
        batches.append((tokens, target))
    return batches


CLASSES = (torch.zeros(6, 4), torch.tensor([0, 1, 2, 0, 1, 2]))


class Bytes(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.stack = nn.Sequential(nn.Embedding(7, 6), nn.Linear(6, 7))

    def forward(self, tokens):
        return self.stack(tokens).movedim(-1, 1)


def gradient_of(batches, **options):
    model = Bytes()
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=1.0),
        loss=functional.cross_entropy,
        accumulation=len(batches),
        **options,
    )
    before = [p.detach().clone() for p in model.parameters()]
    result = one.fit(batches, num_epochs=1)
    after = model.parameters()
    moved = [a - b.detach() for a, b in zip(before, after, strict=True)]
    return torch.cat([m.flatten() for m in moved]), result


def test_padded_micro_batches_weigh_by_their_tokens():
    parts = language([(5, 1), (2, 2), (1,)])
    one_batch = [tuple(torch.cat(column) for column in zip(*parts, strict=True))]
    assert tokens_of(one_batch[0]) == 11
    whole, result = gradient_of(one_batch, mean_over="tokens")
    split, others = gradient_of(parts, mean_over="tokens")
    assert torch.allclose(split, whole, rtol=1e-5, atol=1e-7)
    by_samples, _ = gradient_of(parts)
    assert not torch.allclose(by_samples, whole, rtol=1e-2)
    row, other = result.history[0], others.history[0]
    assert other["train_loss"] == pytest.approx(row["train_loss"], rel=1e-6)
    assert (others.tokens, others.samples) == (11, 5)


def test_evaluations_weigh_by_tokens_too():
    parts = language([(5, 1), (2, 2), (1,)])
    model = Bytes()
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=1.0),
        loss=functional.cross_entropy,
        mean_over="tokens",
    )
    tokens, target = (torch.cat(column) for column in zip(*parts, strict=True))
    expected = functional.cross_entropy(model(tokens), target).item()
    assert one.validate(parts)["val_loss"] == pytest.approx(expected, rel=1e-6)


def test_tokens_may_be_counted_by_the_user():
    assert Weighing("tokens", lambda batch: 9).weight(CLASSES) == 9
    with pytest.raises(TypeError, match="pass count_tokens="):
        Weighing("tokens").weight(CLASSES)
    with pytest.raises(ValueError, match="tokens of a batch must be >= 0, got -1"):
        Weighing("tokens", lambda batch: -1).weight(CLASSES)
    with pytest.raises(ValueError, match="mean_over must be one of samples, tokens"):
        Weighing("words")


def test_a_window_without_a_token_is_refused():
    with pytest.raises(ValueError, match="hold no token to learn from"):
        gradient_of(language([(0, 0)]), mean_over="tokens")


def test_a_schedule_may_run_on_tokens():
    model = Bytes()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    schedule = Linear(1.0, 0.0, 22)
    scheduler = Scheduler(optimizer, clock="tokens", lr=schedule)
    rates = []

    class Watch(Callback):
        def on_update(self, context):
            rates.append((context.tokens, *context.rates))

    one = BaseTrainer(
        model,
        optimizer,
        scheduler,
        loss=functional.cross_entropy,
        callbacks=[Watch()],
    )
    one.fit(language([(5, 1), (2, 2), (1,)]), num_epochs=1)
    assert rates == [(6, schedule(0)), (4, schedule(6)), (1, schedule(10))]
    assert scheduler.position.tokens == 11


def test_tokens_that_can_be_counted_are():
    data = [(torch.ones(4, 2), torch.ones(4, 1))] * 3
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = BaseTrainer(model, optimizer, count_tokens=lambda batch: 7)
    assert one.fit(data, num_epochs=1).tokens == 21


def test_the_accuracy_of_tokens_is_the_same_wherever_batches_are_cut():
    target = torch.full((4, 6), -100)
    for row, length in enumerate((6, 1, 2, 3)):
        target[row, :length] = torch.arange(length) % 3
    scores = torch.randn(4, 6, 3, generator=torch.Generator().manual_seed(0))
    model = nn.Identity()
    values = []
    for size in (4, 2, 1):
        loop = ValidationLoop(
            model, metrics={"accuracy": accuracy}, weighing=Weighing("tokens")
        )
        pairs = zip(scores.split(size), target.split(size), strict=True)
        values.append(loop.run(list(pairs)))
    kept = target != -100
    right = (scores.argmax(-1) == target)[kept].float().mean().item()
    for value in values:
        assert value["accuracy"] == pytest.approx(right)
        assert value["loss"] == pytest.approx(values[0]["loss"])
