"""Configurations that people train with: no error and no warning in any of them."""

import pytest

import lehr
from linting.reading import codes, subject_of_text

GROUPS = 'groups: {no_decay: ["*.bias", "*norm*"]}\n'
DECAY = "  weight_decay: {no_decay: 0, default: 0.1}\n"


def run(plan, optimizer, lr, more="", groups=""):
    return (
        f"plan: {{{plan}}}\n{groups}optimizer: {{{optimizer}}}\n"
        f"schedules:\n  lr: {lr}\n{more}"
    )


LM = "batch_size: 8, accumulation: 8, world_size: 64, sequence_length: 2048"
IMAGENET = "dataset_size: 1281167, batch_size: 32, world_size: 8, drop_last: true"
CIFAR = "dataset_size: 50000, batch_size: 128"
ADAMW = "kind: adamw, beta2: 0.95, weight_decay: 0.1"
SGD = "kind: sgd, momentum: 0.9, weight_decay: 1e-4"

SOUND = {
    "GPT-3 175B, decayed over 260 of 300 billion tokens": run(
        "batch_size: 1, world_size: 1600, sequence_length: 2048, length: 300Btok",
        ADAMW,
        "warmup_cosine(6e-5, warmup=375Mtok, total=260Btok, floor=6e-6)",
    ),
    "Llama 2 7B": run(
        "batch_size: 4, world_size: 512, sequence_length: 4096, length: 2Ttok",
        ADAMW,
        "warmup_cosine(3e-4, warmup=2000, total=100%, floor=3e-5)",
        DECAY,
        GROUPS,
    ),
    "Llama 3 405B": run(
        "batch_size: 16, world_size: 128, sequence_length: 8192, updates: 1200000",
        ADAMW,
        "warmup_cosine(8e-5, warmup=8000, total=1_200_000, floor=8e-7)",
    ),
    "MiniCPM, warmup, stable, decay": run(
        f"{LM}, length: 100Btok",
        ADAMW,
        "wsd(0.01, warmup=2000, decay=10%, floor=1e-3, shape='exponential')",
    ),
    "WSD to zero, 1-sqrt": run(
        f"{LM}, length: 20Btok",
        ADAMW,
        "wsd(1e-3, warmup=2%, decay=20%, shape='1-sqrt')",
    ),
    "a straight line to zero": run(
        f"{LM}, length: 20Btok", ADAMW, "warmup_linear(2e-3, warmup=10%)"
    ),
    "Chinchilla": run(
        f"{LM}, length: 1.4Ttok",
        ADAMW,
        "warmup_cosine(1e-4, warmup=1500, floor=1e-5)",
    ),
    "DeepSeek LLM, multi-step": run(
        f"{LM}, length: 2Ttok",
        ADAMW,
        "chain((linear(2e-7, 4.2e-4, 2000), "
        "piecewise_constant((4.2e-4, 1.3272e-4, 4.2e-5), (80%, 90%))))",
    ),
    "BERT base": run(
        "batch_size: 256, sequence_length: 512, updates: 1000000",
        "name: adam, beta2: 0.999",
        "warmup_linear(1e-4, warmup=10k, total=100%)",
        "  weight_decay: {no_decay: 0, default: 0.01}\n",
        GROUPS,
    ),
    "BERT, with the warmup from 0 of other libraries": run(
        "batch_size: 256, updates: 100000",
        "kind: adamw",
        "warmup_linear(1e-4, warmup=6%, total=100%, start=0)",
    ),
    "T5, inverse square root": run(
        "batch_size: 128, updates: 524288",
        "name: adafactor",
        "inverse_sqrt(0.01, warmup=10k)",
    ),
    "Noam": run(
        "batch_size: 400, updates: 100000",
        "name: adam, beta2: 0.98, eps: 1e-9",
        "noam(512, warmup=4000)",
    ),
    "inverse square root with a cooldown": run(
        "batch_size: 4096, updates: 300000",
        "name: adam, beta2: 0.999",
        "inverse_sqrt(8e-4, warmup=10k, cooldown=50k, total=100%)",
    ),
    "fine-tuning BERT": run(
        "dataset_size: 3668, batch_size: 32, epochs: 3",
        "kind: adamw",
        "warmup_linear(2e-5, warmup=10%)",
    ),
    "fine-tuning without a warmup": run(
        "dataset_size: 3668, batch_size: 32, epochs: 3",
        "kind: adamw",
        "linear(2e-5, 0, 100%)",
    ),
    "LoRA, constant": run(
        "dataset_size: 9846, batch_size: 16, epochs: 1", "kind: adamw", "2e-4"
    ),
    "ResNet-50, thirds": run(
        f"{IMAGENET}, epochs: 90",
        SGD,
        "multi_step(0.1, factor=0.1, milestones=(30ep, 60ep, 80ep))",
    ),
    "ResNet-50, steps": run(
        f"{IMAGENET}, epochs: 90", SGD, "step(0.1, factor=0.1, every=30ep)"
    ),
    "ResNet-50, gradual warmup and stairs": run(
        f"{IMAGENET}, epochs: 90",
        SGD,
        "chain((linear(0.1, 3.2, 5ep), "
        "piecewise_constant((3.2, 0.32, 0.032), (25ep, 55ep))))",
    ),
    "ResNet-50, LARS": run(
        "dataset_size: 1281167, batch_size: 32, world_size: 1024, epochs: 90",
        "name: lars, weight_decay: 5e-5",
        "warmup_cosine(29, warmup=18ep)",
    ),
    "ViT-B/16": run(
        "dataset_size: 1281167, batch_size: 64, world_size: 64, epochs: 300",
        "kind: adamw, beta2: 0.999, weight_decay: 0.3",
        "warmup_cosine(3e-3, warmup=10k)",
    ),
    "DeiT, from a low start": run(
        "dataset_size: 1281167, batch_size: 64, world_size: 16, epochs: 300",
        "kind: adamw, weight_decay: 0.05",
        "warmup_cosine(1e-3, warmup=5ep, floor=1e-5, start=1e-6)",
    ),
    "DINO, with a weight decay that grows": run(
        "dataset_size: 1281167, batch_size: 64, world_size: 16, epochs: 100",
        "kind: adamw",
        "warmup_cosine(2e-3, warmup=10ep, floor=1e-6)",
        "  weight_decay: cosine(0.04, 0.4, 100%)\n",
    ),
    "one cycle, with its momentum": run(
        f"{CIFAR}, epochs: 30",
        "kind: sgd",
        "one_cycle(0.4)",
        "  momentum: one_cycle(0.85, start=0.95, floor=0.95)\n",
    ),
    "one cycle of Adam, three phases": run(
        f"{CIFAR}, epochs: 30", "kind: adamw", "one_cycle(3e-3, phases=3)"
    ),
    "warm restarts": run(
        f"{CIFAR}, epochs: 150", SGD, "sgdr(0.05, period=10ep, stretch=2)"
    ),
    "cyclical rates": run(
        f"{CIFAR}, epochs: 20", SGD, "triangular(1e-3, 6e-3, up=2ep)"
    ),
    "YOLO, whose momentum warms up": run(
        "dataset_size: 118287, batch_size: 64, epochs: 300",
        "kind: sgd, weight_decay: 5e-4",
        "chain((linear(1e-4, 0.01, 3ep), linear(0.01, 1e-4, 297ep)))",
        "  momentum: chain((linear(0.8, 0.937, 3ep), constant(0.937)))\n",
    ),
    "exponential decay per epoch": run(
        "dataset_size: 50000, batch_size: 100, epochs: 40",
        "name: adam",
        "chain((constant(1e-3, 10ep), exponential(1e-3, 1e-5, 30ep)))",
    ),
    "a growing batch with a rate that waits": run(
        "batch_size: 256, updates: 10000",
        SGD,
        "piecewise_constant((0.1, 0.02, 0.004), (6000, 8000))",
        "  batch_size: piecewise_constant((256, 512, 1024), (2000, 4000))\n",
    ),
    "a ramp of the batch": (
        "plan:\n  batch_size: 32\n  world_size: 16\n  updates: 50000\n"
        "  sequence_length: 2048\n"
        "  ramp: {sizes: [512], until: [1000], clock: updates}\n"
        "schedules:\n  lr: warmup_cosine(2e-4, warmup=2000, floor=2e-5)\n"
    ),
    "weight decay that follows the rate": run(
        f"{LM}, length: 20Btok",
        "kind: adamw, beta2: 0.95",
        "warmup_cosine(1e-3, warmup=2%)",
        "  weight_decay: warmup_cosine(0.1, warmup=2%)\n",
    ),
    "layers with rates of their own": run(
        f"{CIFAR}, epochs: 10",
        "kind: adamw",
        "{head: 'warmup_cosine(1e-3, warmup=5%)', "
        "default: 'warmup_cosine(1e-4, warmup=5%)'}",
        groups='groups: {head: ["head.*"]}\n',
    ),
    "a head before its body": run(
        f"{CIFAR}, epochs: 10",
        "kind: adamw",
        "{head: 'warmup_cosine(1e-3, warmup=5%)', "
        "default: 'chain((constant(0, 1ep), cosine(1e-4, 0, 9ep)))'}",
        groups='groups: {head: ["head.*"]}\n',
    ),
    "Lion": run(
        f"{LM}, length: 20Btok",
        "name: lion, weight_decay: 1.0",
        "warmup_cosine(1e-4, warmup=2%)",
    ),
    "Prodigy, whose rate is a factor": run(
        f"{CIFAR}, epochs: 30", "name: prodigy", "cosine(1.0, 0, 100%)"
    ),
    "a rate shaken by noise": run(
        f"{CIFAR}, epochs: 30", SGD, "cosine(0.1, 0, 100%) * noise(0.1, 7)"
    ),
    "stairs of a cosine, one per epoch": run(
        f"{CIFAR}, epochs: 30", SGD, "staircase(cosine(0.1, 0, 100%), every=1ep)"
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_people_train_with_is_neither_an_error_nor_a_warning(name):
    findings = lehr.lint(subject_of_text(SOUND[name]))
    loud = [str(each) for each in findings if each.severity != "note"]
    assert not loud, "\n".join(loud)
    assert len(findings) <= 3, "\n".join(map(str, findings))


@pytest.mark.parametrize(
    "name",
    ["Llama 2 7B", "WSD to zero, 1-sqrt", "ResNet-50, thirds", "warm restarts", "DINO"],
)
def test_the_plainest_have_nothing_to_say(name):
    (text,) = (SOUND[each] for each in SOUND if each.startswith(name))
    expected = ["LH031"] if name == "DINO" else []
    assert codes(text) == expected
