"""`lehr.dropin.timm`: one step beside timm's own, 1, 100 and 1000 param groups."""

from collections.abc import Callable
from typing import Any

import lehr.dropin.timm
import peers
from harness import Code, Row, compare, interleaved, publish

FAR = 10**9  # stepped inside the curve, which never ends here
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "cosine": ("CosineLRScheduler", {"t_initial": FAR, "lr_min": peers.FLOOR}),
    "tanh": ("TanhLRScheduler", {"t_initial": FAR}),
    "poly": ("PolyLRScheduler", {"t_initial": FAR}),
    "step": ("StepLRScheduler", {"decay_t": 10**6, "decay_rate": 0.5}),
    "multi-step": ("MultiStepLRScheduler", {"decay_t": [10**6], "decay_rate": 0.5}),
    "wsd": ("WSDLRScheduler", {"t_initial": FAR, "decay_t": 10**8}),
    "plateau": ("PlateauLRScheduler", {"patience_t": FAR}),
}
GROUPS = ((1, False), (100, False), (1000, False), (1, True), (100, True))


def optimizer(groups: int, *, tensors: bool, ratio: float = 0.0) -> Any:
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


def steps(scheduler: Any) -> Callable[[], None]:
    t, step = 1000, scheduler.step

    def one() -> None:
        nonlocal t
        t += 1
        step(t, 0.5)

    return one


def rows(case: str, groups: int, tensors: bool, ratio: float = 0.0) -> Row:
    name, arguments = CASES[case]
    number = max(20, (1_000 if tensors else 8_000) // groups)
    codes = {
        whose: Code(
            "step()",
            {
                "step": steps(
                    getattr(module, name)(
                        optimizer(groups, tensors=tensors, ratio=ratio), **arguments
                    )
                )
            },
            number,
        )
        for whose, module in (
            ("lehr", lehr.dropin.timm),
            ("timm", peers.timm_schedulers()),
        )
    }
    kind = "tensor rates" if tensors else "of differing rates" if ratio else "floats"
    what = f"{case}, {groups} group{'s' * (groups > 1)}, {kind}"
    return compare(what, interleaved(codes), "lehr", "timm", times_faster=1)


def main() -> None:
    import warnings

    warnings.simplefilter("ignore", FutureWarning)  # timm gives its plateau up
    found = [rows(case, *size) for case in CASES for size in GROUPS]
    found.append(rows("cosine", 1000, False, ratio=0.01))
    publish("lehr.dropin.timm", found)


if __name__ == "__main__":
    main()
