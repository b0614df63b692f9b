"""A part of the data may be evaluated; nothing is changed by any evaluation."""

import itertools

import pytest
import torch

from lehr.training import BaseTrainer, ConfusionMatrix, ValidationLoop, accuracy, rng
from lehr.training.data import Loader
from training import runs


def constant(value):
    """A loss that is the same for each batch."""
    return lambda output, target: torch.tensor(value)


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_a_constant_loss_is_the_mean_of_any_number_of_batches(batches):
    data = [runs.table(3 + n) for n in range(batches)]
    assert ValidationLoop(runs.net(), loss=constant(1.0)).run(data) == {"loss": 1.0}


def test_the_first_batches_may_do():
    data = runs.validation()
    loop = ValidationLoop(runs.net(), metrics={"accuracy": accuracy})
    assert loop.run(data, max_batches=2) == loop.run(data[:2])
    assert loop.run(data, max_batches=99) == loop.run(data)
    assert loop.run(data, max_batches=2) != loop.run(data)


def test_no_batch_more_than_needed_is_read():
    read = []

    def counted():
        for batch in runs.validation():
            read.append(batch)
            yield batch

    ValidationLoop(runs.net()).run(counted(), max_batches=2)
    assert len(read) == 2


def test_a_loader_is_read_from_its_start_after_a_part_of_it():
    loader = Loader(runs.table(12), batch_size=4)
    loop = ValidationLoop(runs.net())
    whole = loop.run(loader)
    loop.run(loader, max_batches=1)
    assert loop.run(loader) == whole


@pytest.mark.parametrize("batches", [0, -1])
def test_none_of_the_data_is_refused(batches):
    with pytest.raises(ValueError, match=f"max_batches must be >= 1, got {batches}"):
        ValidationLoop(runs.net()).run(runs.validation(), max_batches=batches)


def test_a_matrix_of_a_part_counts_the_part():
    confusion = ConfusionMatrix(3)
    loop = ValidationLoop(runs.net(), metrics={"confusion": confusion})
    loop.run(runs.validation())
    loop.run(runs.validation(), max_batches=1)
    assert confusion.matrix.sum() == 8


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_changed_even_when_a_metric_fails(fails):
    def metric(output, target):
        torch.rand(1)
        if fails:
            raise LookupError("lost")
        return 1.0

    model = runs.net()
    model[1].eval()  # a part that its user has frozen
    model[0].weight.grad = torch.ones(16, 8)
    modes = [module.training for module in model.modules()]
    before = {n: v.clone() for n, v in model.state_dict().items()}
    random = rng.capture()
    loop = ValidationLoop(model, metrics={"x": metric})
    if fails:
        with pytest.raises(LookupError):
            loop.run(runs.validation())
    else:
        loop.run(runs.validation())
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(v, before[n]) for n, v in model.state_dict().items())
    assert model[0].weight.grad.equal(torch.ones(16, 8))
    assert all(p.requires_grad for p in model.parameters())
    assert torch.is_grad_enabled()
    assert torch.equal(rng.capture()["torch"], random["torch"])


def test_a_matrix_beside_training_changes_no_weight():
    found = []
    for metrics in ({}, {"confusion": ConfusionMatrix(3)}):
        model = runs.net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        trainer = BaseTrainer(model, optimizer, metrics=metrics)
        trainer.fit(runs.batches("lehr"), runs.validation(), num_epochs=2)
        found.append(
            list(itertools.chain(*(p.tolist() for p in model[4].parameters())))
        )
    assert found[0] == found[1]
    assert trainer.validation.metrics["confusion"].matrix.sum() == 30


def test_the_generator_of_a_loader_is_put_back_too():
    loader = runs.batches("generator")
    before = loader.generator.get_state()
    loop = ValidationLoop(runs.net())
    first = loop.run(loader, max_batches=1)
    assert torch.equal(loader.generator.get_state(), before)
    assert loop.run(loader, max_batches=1) == first
