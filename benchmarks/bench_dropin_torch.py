"""Each drop-in's `step()` against its original's: 1, 100, 1000 groups; tensor rates."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from harness import Code, Row, compare, interleaved, publish

LONG = 10**9  # no curve ends while it is timed
FASTER = {1: 1.5, 100: 3.0, 1000: 3.0}
TENSORS = {1: 1.3, 100: 4.0}


def optimizer(groups: int, *, tensors: bool = False, ratio: float = 0.0) -> Any:
    import torch

    torch.set_num_threads(1)
    rates = [0.1 * (1.0 + ratio * i) for i in range(groups)]
    return torch.optim.SGD(
        [
            {
                "params": [torch.nn.Parameter(torch.zeros(1))],
                "lr": torch.tensor(rate) if tensors else rate,
            }
            for rate in rates
        ],
        momentum=0.9,
    )


def sequential(library: Any, made: Any) -> Any:
    warmup = library.LinearLR(made, total_iters=LONG)
    decay = library.CosineAnnealingLR(made, T_max=LONG)
    return library.SequentialLR(made, [warmup, decay], milestones=[LONG])


def chained(library: Any, made: Any) -> Any:
    warmup = library.LinearLR(made, total_iters=LONG)
    decay = library.ExponentialLR(made, gamma=1 - 1e-9)
    return library.ChainedScheduler([warmup, decay])


def plain(name: str, **arguments: Any) -> Callable[[Any, Any], Any]:
    return lambda library, made: getattr(library, name)(made, **arguments)


def slowly(epoch: int) -> float:
    return 1.0 - 1e-9 * epoch


SCHEDULERS: dict[str, Callable[[Any, Any], Any]] = {
    "LambdaLR": plain("LambdaLR", lr_lambda=slowly),
    "MultiplicativeLR": plain("MultiplicativeLR", lr_lambda=lambda epoch: 1 - 1e-9),
    "StepLR": plain("StepLR", step_size=LONG),
    "MultiStepLR": plain("MultiStepLR", milestones=[LONG]),
    "ConstantLR": plain("ConstantLR", total_iters=LONG),
    "LinearLR": plain("LinearLR", total_iters=LONG),
    "ExponentialLR": plain("ExponentialLR", gamma=1 - 1e-9),
    "PolynomialLR": plain("PolynomialLR", total_iters=LONG, power=0.9),
    "CosineAnnealingLR": plain("CosineAnnealingLR", T_max=LONG, eta_min=1e-3),
    "CosineAnnealingWarmRestarts": plain("CosineAnnealingWarmRestarts", T_0=LONG),
    "CyclicLR": plain("CyclicLR", base_lr=0.01, max_lr=0.1),
    "OneCycleLR": plain("OneCycleLR", max_lr=0.1, total_steps=LONG),
    "SWALR": plain("SWALR", swa_lr=0.05, anneal_epochs=LONG),
    "SequentialLR": sequential,
    "ChainedScheduler": chained,
    "ReduceLROnPlateau": plain("ReduceLROnPlateau", patience=LONG),
}


def libraries() -> tuple[Any, Any]:
    from types import SimpleNamespace

    from torch.optim import lr_scheduler, swa_utils

    import lehr.dropin.torch as ours

    theirs = SimpleNamespace(**vars(lr_scheduler), SWALR=swa_utils.SWALR)
    return ours, theirs


def stepped(name: str, library: Any, made: Any) -> Callable[[], None]:
    made.step()  # so that nobody warns of the order
    scheduler = SCHEDULERS[name](library, made)
    made.step()
    return partial(scheduler.step, 1.0) if "Plateau" in name else scheduler.step


def pair(name: str, number: int, **how: Any) -> dict[str, Code]:
    ours, theirs = libraries()
    made = {"lehr": ours, "torch": theirs}
    return {
        who: Code("step()", {"step": stepped(name, library, optimizer(**how))}, number)
        for who, library in made.items()
    }


def rows() -> Iterator[Row]:
    for groups, goal in FASTER.items():
        for name in SCHEDULERS:
            times = interleaved(pair(name, max(4, 4_000 // groups), groups=groups))
            what = f"{name}, {groups} group{'s' * (groups > 1)}"
            yield compare(what, times, "lehr", "torch", times_faster=goal)
    for name in ("StepLR", "CosineAnnealingLR", "LambdaLR"):
        times = interleaved(pair(name, 40, groups=100, ratio=0.1))
        what = f"{name}, 100 groups of differing rates"
        yield compare(what, times, "lehr", "torch", times_faster=FASTER[100])
    for groups, goal in TENSORS.items():
        for name in SCHEDULERS:
            number = max(4, 800 // groups)
            times = interleaved(pair(name, number, groups=groups, tensors=True))
            what = f"{name}, tensor rates, {groups} group{'s' * (groups > 1)}"
            yield compare(what, times, "lehr", "torch", times_faster=goal)


if __name__ == "__main__":
    publish("Drop-ins for torch.optim.lr_scheduler: step()", list(rows()))
