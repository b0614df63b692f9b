"""Jobs: a document's values reach the objects that they are about."""

import pytest
import torch

from lehr.config.documents import parse_document
from lehr.config.overrides import with_overrides
from lehr.config.run_document import default_text, read_run
from lehr.training.data import read_digits
from lehr.training.job import build_job, build_optimizer, pick_device
from lehr.training.models import DigitNet, Mlp

DIGITS = read_digits()


def job(folder, *overrides):
    document = with_overrides(parse_document(default_text()), overrides)
    run = read_run(document, lambda data: len(DIGITS.train))
    return build_job(run, DIGITS, folder)


def parameters(module):
    return torch.cat([p.flatten() for p in module.parameters()])


def test_every_value_reaches_its_object(tmp_path):
    made = job(
        tmp_path,
        "seed=7",
        "model={kind: mlp, width: 5, layers: 3, dropout: 0.25}",
        "optimizer={kind: adamw, beta1: 0.8, beta2: 0.9, eps: 1e-4, weight_decay: 0.3}",
        "train.batch_size=50",
        "train.accumulation=3",
        "train.clip_norm=0.5",
        "train.device=cpu",
    )
    trainer = made.trainer
    assert isinstance(trainer.model, Mlp)
    assert [p.shape[0] for p in trainer.model.parameters()] == [5, 5] * 3 + [10, 10]
    assert [
        m.p for m in trainer.model.modules() if isinstance(m, torch.nn.Dropout)
    ] == [0.25] * 3
    [group] = trainer.optimizer.param_groups
    assert group["betas"] == (0.8, 0.9)
    assert (group["eps"], group["weight_decay"]) == (1e-4, 0.3)
    assert (made.train.batch_size, made.train.seed, trainer.seed) == (50, 7, 7)
    assert (trainer.loop.accumulation, trainer.loop.clipping.norm) == (3, 0.5)
    assert group["lr"] == made.run.schedules["lr"](0)


def test_sgd_gets_its_own_values():
    document = with_overrides(
        parse_document(default_text()),
        ["optimizer={kind: sgd, momentum: 0.7, nesterov: true, weight_decay: 0.1}"],
    )
    run = read_run(document, lambda data: 100)
    [group] = build_optimizer(run.config.optimizer, DigitNet(2)).param_groups
    assert [group[n] for n in ("momentum", "nesterov", "weight_decay")] == [
        0.7,
        True,
        0.1,
    ]


def test_weights_come_from_the_seed_alone(tmp_path):
    first, again, other = (
        job(tmp_path, "model.width=2", f"seed={seed}").trainer.model
        for seed in (0, 0, 1)
    )
    assert torch.equal(parameters(first), parameters(again))
    assert not torch.equal(parameters(first), parameters(other))


def test_augmentation_is_for_training_and_can_be_left_out(tmp_path):
    with_it = job(tmp_path, "model.width=2")
    without = job(tmp_path, "model.width=2", "data.augment=false")
    images, labels = next(iter(with_it.train))
    plain, same = next(iter(without.train))
    assert torch.equal(labels, same) and not torch.equal(images, plain)
    for loader, part in (
        (with_it.validation, DIGITS.validation),
        (with_it.test, DIGITS.test),
    ):
        seen = torch.cat([inputs for inputs, _ in loader])
        assert torch.equal(seen, part.inputs)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_is_refused_where_there_is_none():
    document = with_overrides(parse_document(default_text()), ["train.device=cuda"])
    run = read_run(document, lambda data: 100)
    with pytest.raises(ValueError, match="torch sees no CUDA here"):
        pick_device(run.config)
