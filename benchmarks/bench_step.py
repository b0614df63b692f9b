"""`Scheduler.step()`: one update's rate written into 1, 100 and 1000 param groups."""

import math
import statistics
from collections.abc import Callable
from typing import Any

import lehr
import peers
from harness import Code, Row, compare, interleaved, publish

WARMUP, TOTAL = 2_000, 10**9  # stepped inside the wave, which never ends here
FASTER = {1: (5, 7), 100: (20, 35), 1000: (20, 35)}  # than torch, than LambdaLR


def optimizer(groups: int, *, tensors: bool = False, ratio: float = 0.0) -> Any:
    import torch

    torch.set_num_threads(1)
    rates = [peers.PEAK * (1.0 + ratio * i) for i in range(groups)]
    return torch.optim.SGD(
        [
            {
                "params": [torch.nn.Parameter(torch.zeros(1))],
                "lr": torch.tensor(rate) if tensors else rate,
            }
            for rate in rates
        ]
    )


def scheduler(made: Any, rule: Any) -> Callable[[], None]:
    from lehr.bindings.torch import Scheduler

    scheduler = Scheduler(made, lr=rule)
    scheduler.seek(WARMUP + 1)
    return scheduler.step


def torch_cosine(made: Any) -> Callable[[], None]:
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return peers.begun(CosineAnnealingLR(made, T_max=TOTAL, eta_min=peers.FLOOR)).step


def torch_staircase(made: Any) -> Callable[[], None]:
    from torch.optim.lr_scheduler import StepLR

    return peers.begun(StepLR(made, step_size=TOTAL)).step


def transformers_cosine(made: Any) -> Callable[[], None]:
    from transformers import get_cosine_schedule_with_warmup

    theirs = get_cosine_schedule_with_warmup(made, WARMUP, TOTAL)
    theirs.last_epoch = WARMUP + 1  # into the wave, where we are as well
    return peers.begun(theirs).step


def by_hand(made: Any) -> Callable[[], None]:
    t, half = WARMUP, 0.5 * (peers.PEAK - peers.FLOOR)

    def step() -> None:
        nonlocal t
        t += 1
        if t < WARMUP:
            rate = peers.PEAK * (t + 1) / (WARMUP + 1)
        else:
            angle = math.pi * (t - WARMUP) / (TOTAL - WARMUP)
            rate = peers.FLOOR + half * (1.0 + math.cos(angle))
        for group in made.param_groups:
            group["lr"] = rate

    return step


def rule(peak: float = peers.PEAK) -> Any:
    return lehr.warmup_cosine(peak, warmup=WARMUP, total=TOTAL, floor=peers.FLOOR)


def timed(step: Callable[[], None], groups: int, flat: bool = False) -> Code:
    number = 20_000 if flat else max(20, 20_000 // groups)
    return Code("step()", {"step": step}, number)


def warmup_cosine(groups: int) -> list[Row]:
    from lehr.bindings.torch import times_base

    differing = optimizer(groups, ratio=0.1)
    codes = {
        "lehr": timed(scheduler(optimizer(groups), rule()), groups),
        "times_base": timed(scheduler(differing, times_base(rule())), groups),
        "torch CosineAnnealingLR": timed(torch_cosine(optimizer(groups)), groups),
        "transformers LambdaLR": timed(transformers_cosine(optimizer(groups)), groups),
        "a loop by hand": timed(by_hand(optimizer(groups)), groups),
    }
    times = interleaved(codes)
    what = f"warmup + cosine, {groups} group{'s' * (groups > 1)}"
    torch, transformers = FASTER[groups]
    goals = {"torch CosineAnnealingLR": torch, "transformers LambdaLR": transformers}
    rows = [
        compare(what, times, "lehr", name, times_faster=goals.get(name))
        for name in (*goals, "a loop by hand")
    ]
    scaled = f"{what}, of differing rates"
    rows.append(compare(scaled, times, "times_base", "torch CosineAnnealingLR"))
    return rows


def unchanged(groups: int) -> list[Row]:
    codes = {
        "lehr": timed(
            scheduler(optimizer(groups), lehr.Constant(peers.PEAK)), groups, flat=True
        ),
        "torch StepLR": timed(torch_staircase(optimizer(groups)), groups),
    }
    times = interleaved(codes)
    what = f"the value does not change, {groups} group{'s' * (groups > 1)}"
    return [
        Row(what, statistics.median(times["lehr"]), at_most=0.2e-6),
        compare(what, times, "lehr", "torch StepLR"),
    ]


def tensors(groups: int = 100) -> list[Row]:
    from lehr.bindings.torch import times_base

    own = [rule(peers.PEAK * (1 + i / groups)) for i in range(groups)]
    made = {
        "one schedule": scheduler(optimizer(groups, tensors=True), rule()),
        "times_base": scheduler(optimizer(groups, tensors=True), times_base(rule())),
        "a schedule each": scheduler(optimizer(groups, tensors=True), own),
        "torch": torch_cosine(optimizer(groups, tensors=True)),
    }
    times = interleaved({name: timed(step, 400) for name, step in made.items()})
    return [
        compare(
            f"tensor rates, {groups} groups, {name}",
            times | {"torch CosineAnnealingLR": times["torch"]},
            name,
            "torch CosineAnnealingLR",
            times_faster=20,
        )
        for name in made
        if name != "torch"
    ]


def main() -> None:
    rows = [row for groups in FASTER for row in warmup_cosine(groups)]
    rows += [row for groups in FASTER for row in unchanged(groups)]
    publish("Scheduler.step()", rows + tensors())


if __name__ == "__main__":
    main()
