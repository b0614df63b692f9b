"""Jobs: a document's values reach the objects that they are about."""

from types import SimpleNamespace

import pytest
import torch

from lehr.config.builtin import default_text
from lehr.config.documents import parse_document
from lehr.config.overrides import with_overrides
from lehr.config.run_data import DigitsData
from lehr.config.run_document import read_run
from lehr.training.data import Loader
from lehr.training.engine.fsdp import Fsdp
from lehr.training.intervals import Every
from lehr.training.job import (
    build_job,
    build_optimizer,
    goals,
    pick_device,
    require_shares,
    saving_options,
    trainer_options,
)
from lehr.training.models import ByteTransformer, ConvNet, Mlp
from lehr.training.tasks import read_task
from training.engine.group_of_one import connected

DIGITS = read_task(DigitsData(kind="digits"))


def job(folder, *overrides):
    document = with_overrides(parse_document(default_text()), overrides)
    run = read_run(document, lambda data: len(DIGITS.train))
    return build_job(run, read_task(run.config.data), folder)


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
    [group] = build_optimizer(run.config.optimizer, ConvNet(2)).param_groups
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
        assert torch.equal(seen, part.tensors[0])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_is_refused_where_there_is_none():
    document = with_overrides(parse_document(default_text()), ["train.device=cuda"])
    run = read_run(document, lambda data: 100)
    with pytest.raises(ValueError, match="torch sees no CUDA here"):
        pick_device(run.config)


OPTIONS = (
    "train.accumulation=3",
    "train.mean_over=tokens",
    "train.clip_norm=0.5",
    "train.precision=bf16",
    "train.compile={mode: reduce-overhead}",
    "train.deterministic=true",
    "train.strategy=ddp",
    "train.evaluate_every=1Mtok",
    "train.checkpoint_every=30m",
    "train.time=2h",
    "train.until='val_loss <= 0.5'",
)


def test_each_process_has_a_device_of_its_own(monkeypatch):
    cuda = SimpleNamespace(is_available=lambda: True)
    monkeypatch.setattr("lehr.training.job.torch.cuda", cuda)
    assert pick_device(read().config) == "cuda"
    for name, value in (("RANK", 5), ("WORLD_SIZE", 8), ("LOCAL_RANK", 1)):
        monkeypatch.setenv(name, str(value))
    assert pick_device(read().config) == "cuda:1"
    assert pick_device(read("train.device=cpu").config) == "cpu"


@pytest.mark.parametrize(
    ("size", "samples", "ranks", "message"),
    [
        (64, 1000, 3, r"multiple of 3, got 64; use 63$"),
        (64, 1000, 7, r"multiple of 7, got 64; use 63$"),
        (2, 1000, 8, r"multiple of 8, got 2; use 8$"),
        (64, 1025, 4, r"leaves 1 of 1025 samples .* too few for 4 processes; use 60$"),
        (64, 1, 2, r"too few for 2 processes; use at most 1 processes$"),
    ],
)
def test_batches_that_processes_cannot_share_are_refused(size, samples, ranks, message):
    run = read(f"train.batch_size={size}")
    require_shares(run, samples, 1)
    with pytest.raises(ValueError, match=message) as caught:
        require_shares(run, samples, ranks)
    proposed = int(str(caught.value).split()[-1 if samples > ranks else -2])
    if samples > ranks:
        require_shares(read(f"train.batch_size={proposed}"), samples, ranks)
        Loader(torch.zeros(samples), proposed).shard(0, ranks)  # what it is about
        with pytest.raises(ValueError):
            Loader(torch.zeros(samples), size).shard(0, ranks)


@pytest.mark.filterwarnings("ignore:FSDP2-wrapped module:UserWarning")
def test_fsdp_brings_the_blocks_of_the_transformer_together_one_by_one():
    model = ByteTransformer(width=8, layers=2, heads=2)
    with connected(Fsdp()) as engine:
        engine.prepare(model, torch.optim.AdamW(model.parameters()))
        wrapped = [n for n, m in model.named_modules() if hasattr(m, "unshard")]
    assert wrapped == ["", "blocks.0", "blocks.1"]


def read(*overrides, name="digits"):
    document = with_overrides(parse_document(default_text(name)), overrides)
    return read_run(document, lambda data: 1000)


def test_what_the_trainer_is_told_has_the_words_of_the_document():
    run = read(*OPTIONS)
    assert trainer_options(run, DIGITS) == {
        "accumulation": 3,
        "mean_over": "tokens",
        "count_tokens": None,
        "clip_norm": 0.5,
        "clip_value": None,
        "precision": "bf16",
        "compile": {"mode": "reduce-overhead"},
        "deterministic": True,
        "strategy": "ddp",
        "evaluate_every": Every.of("1Mtok"),
    }
    assert saving_options(run) == {
        "every": Every.of("30m"),
        "every_epochs": None,
    }
    assert goals(run) == {
        "num_epochs": 30,
        "updates": None,
        "time": "2h",
        "until": "val_loss <= 0.5",
    }


def test_without_them_the_trainer_is_told_its_defaults():
    run = read()
    told = trainer_options(run, DIGITS)
    assert told["mean_over"] == "samples" and told["precision"] == "fp32"
    assert (told["compile"], told["deterministic"]) == (False, False)
    assert told["strategy"] == "auto"
    assert saving_options(run) == {}
    assert goals(run) == {
        "num_epochs": 30,
        "updates": None,
        "time": None,
        "until": None,
    }


def test_a_length_in_tokens_becomes_updates():
    run = read("train.updates=null", "train.tokens=1000000", name="bytes")
    assert run.plan.tokens >= 1_000_000 > run.plan.tokens - run.plan.tokens_per_update
    assert goals(run)["updates"] == run.plan.updates


@pytest.mark.parametrize(
    "optimizer", ["{kind: adamw}", "{kind: sgd, momentum: 0.9, nesterov: true}"]
)
def test_one_kernel_for_the_whole_step_gives_the_same_curve(tmp_path, optimizer):
    def losses(fused):
        options = optimizer.replace("}", f", fused: {fused}}}")
        small = ("model={kind: mlp, width: 8}", f"optimizer={options}")
        made = job(tmp_path / fused, *small, "train.epochs=2", "train.patience=null")
        [group] = made.trainer.optimizer.param_groups
        assert bool(group["fused"]) == (fused != "false")
        return made.fit().column("train_loss")

    plain = losses("false")
    assert losses("auto") == losses("true") == pytest.approx(plain, rel=1e-6)


def test_without_such_a_kernel_it_is_left_out_or_refused(monkeypatch):
    def refuse(parameters, fused=None, **options):
        if fused:
            raise RuntimeError("`fused=True` requires supported devices")
        return real(parameters, **options)

    real = torch.optim.AdamW
    monkeypatch.setattr(torch.optim, "AdamW", refuse)
    plain = build_optimizer(read().config.optimizer, ConvNet(2))
    assert not plain.param_groups[0]["fused"]
    wanted = read("optimizer.fused=true").config.optimizer
    with pytest.raises(ValueError, match="fused is true, and torch says: `fused=True`"):
        build_optimizer(wanted, ConvNet(2))
