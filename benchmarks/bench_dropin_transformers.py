"""`lehr.dropin.transformers`: one step beside transformers' own."""

from typing import Any

import lehr.dropin.transformers
import peers
from bench_dropin_timm import optimizer
from harness import Code, Row, compare, interleaved, publish

WARMUP, TOTAL = 2_000, 10**9  # stepped inside the decay, which never ends here
CASES: dict[str, dict[str, Any]] = {
    "linear": {},
    "cosine": {},
    "cosine_with_restarts": {"num_cycles": 2},
    "polynomial": {"lr_end": 1e-7},
    "inverse_sqrt": {},
    "cosine_with_min_lr": {"min_lr": peers.FLOOR},
    "warmup_stable_decay": {"num_decay_steps": 10**6},
}
GROUPS = ((1, False), (100, False), (1000, False), (1, True), (100, True))


def row(name: str, groups: int, tensors: bool, ratio: float = 0.0) -> Row:
    import transformers

    number = max(20, (1_000 if tensors else 8_000) // groups)
    codes = {}
    for whose, module in (
        ("lehr", lehr.dropin.transformers),
        ("transformers", transformers),
    ):
        made: Any = optimizer(groups, tensors=tensors, ratio=ratio)
        theirs = module.get_scheduler(name, made, WARMUP, TOTAL, CASES[name])
        theirs.last_epoch = WARMUP + 1
        step = peers.begun(theirs).step
        codes[whose] = Code("step()", {"step": step}, number)
    kind = "tensor rates" if tensors else "of differing rates" if ratio else "floats"
    what = f"{name}, {groups} group{'s' * (groups > 1)}, {kind}"
    return compare(what, interleaved(codes), "lehr", "transformers", times_faster=1)


def main() -> None:
    found = [row(name, *size) for name in CASES for size in GROUPS]
    found.append(row("cosine", 1000, False, ratio=0.01))
    publish("lehr.dropin.transformers", found)


if __name__ == "__main__":
    main()
