"""Words of libraries that are not installed, read back by lehr's dialects of them."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from exporting.curves import (
    ALL,
    LINEAR,
    NATIVE,
    STABLE,
    agrees,
    run,
)
from lehr import Constant, Cosine, to_code, warmup_cosine
from lehr.dialects.catalog import dialect
from lehr.dialects.megatron import from_arguments


@pytest.fixture
def composer(monkeypatch):
    """Put a `composer.optim` there whose classes record name and arguments."""

    class Recording(ModuleType):
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda **arguments: (name, arguments)

    for name in ("composer", "composer.optim"):
        monkeypatch.setitem(sys.modules, name, Recording(name))


@pytest.mark.parametrize("name", ALL)
def test_composer(name, composer):
    made = run(to_code(ALL[name], "composer"))
    scheduler, base = made["schedule"], made["LR"]
    if callable(scheduler):

        def curve(t):
            batch = SimpleNamespace(value=t)
            state = SimpleNamespace(timestamp=SimpleNamespace(batch=batch))
            return base * scheduler(state)
    else:
        kind, arguments = scheduler
        duration = arguments.get("t_max", "90ba") if "Warmup" in kind else "90ba"
        curve = dialect("composer", kind).curve(
            base, max_duration=duration, **arguments
        )
    agrees([curve(t) for t in range(90)], ALL[name])


def test_composer_classes_are_used_where_they_have_the_curve(composer):
    used = {name: run(to_code(NATIVE[name], "composer"))["schedule"] for name in NATIVE}
    assert used["cosine"][0] == "CosineAnnealingWithWarmupScheduler"
    assert used["linear"] == (
        "LinearWithWarmupScheduler",
        {"t_warmup": "5ba", "t_max": "40ba", "alpha_f": 0.0},
    )
    assert used["milestones"][0] == "MultiStepScheduler"
    assert callable(used["stable"])


def number(word):
    for kind in (int, float, str):
        try:
            return kind(word)
        except ValueError:
            pass


@pytest.mark.parametrize(
    "schedule",
    [
        NATIVE["constant"],
        NATIVE["floored"],
        LINEAR,
        STABLE,
        warmup_cosine(0.1, warmup=5, total=40),
        ALL["no length"],
        Cosine(0.1, 0.01, 30).then(Constant(0.01)),
    ],
    ids=repr,
)
def test_megatron(schedule):
    words = to_code(schedule, "megatron").replace("\\\n", " ").split()
    flags = {
        flag[2:].replace("-", "_"): number(word)
        for flag, word in zip(words[::2], words[1::2], strict=True)
    }
    curve, _ = from_arguments(global_batch_size=8, **({"train_iters": 90} | flags))
    agrees([curve(t) for t in range(90)], schedule)


def test_megatron_runs_on_where_the_end_is_held():
    held = Cosine(0.1, 0.01, 30).then(Constant(0.01, 20))
    words = to_code(held, "megatron").split()
    assert words[words.index("--lr-decay-iters") + 1] == "30"
    assert words[words.index("--train-iters") + 1] == "50"
