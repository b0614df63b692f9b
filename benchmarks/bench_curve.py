"""A whole curve: warmup + cosine, 10**6 updates, float64."""

import lehr
import peers
from harness import Code, compare, interleaved, publish

TOTAL, WARMUP = 10**6, 10**4
# Stepped and looped peers do this much of the curve per round; their time is scaled.
PART = 10**4
STEPPED = {
    "torch CosineAnnealingLR, stepped": (lambda: peers.torch_cosine(TOTAL), 700),
    "torch SequentialLR, stepped": (
        lambda: peers.torch_warmup_cosine(WARMUP, TOTAL),
        700,
    ),
    "transformers LambdaLR, stepped": (
        lambda: peers.transformers_warmup_cosine(WARMUP, TOTAL),
        900,
    ),
}
LOOPED = {
    "timm, one value at a time": (peers.timm_warmup_cosine, 280),
    "lrsched, one value at a time": (peers.lrsched_warmup_cosine, 120),
}


def main() -> None:
    import jax.numpy as jnp
    import numpy as np

    lr = lehr.warmup_cosine(peers.PEAK, warmup=WARMUP, total=TOTAL, floor=peers.FLOOR)
    t = np.arange(TOTAL)
    scattered = range(0, TOTAL, TOTAL // PART)
    codes = {
        "lehr curve": Code("lr.curve(0, total)", {"lr": lr, "total": TOTAL}),
        "lehr array": Code("lr(t)", {"lr": lr, "t": t}),
        "NumPy, np.where": Code(
            "rate(t)", {"rate": peers.numpy_warmup_cosine(WARMUP, TOTAL), "t": t}
        ),
        "optax, jit(vmap), float32": Code(
            "rate(t)",
            {"rate": peers.optax_warmup_cosine(WARMUP, TOTAL), "t": jnp.arange(TOTAL)},
        ),
    }
    for name, (make, _) in STEPPED.items():
        codes[name] = Code("step()", {"step": make().step}, PART, scale=TOTAL)
    for name, (make, _) in LOOPED.items():
        names = {"rate": make(WARMUP, TOTAL), "scattered": scattered}
        loop = "for t in scattered: rate(t)"
        codes[name] = Code(loop, names, scale=TOTAL / len(scattered))

    times = interleaved(codes)
    goals = {name: goal for name, (_, goal) in (STEPPED | LOOPED).items()}
    goals |= {"NumPy, np.where": 4, "optax, jit(vmap), float32": 1}
    curve = [
        compare("lr.curve(0, 10**6)", times, "lehr curve", name, times_faster=goal)
        for name, goal in goals.items()
    ]
    array = [
        compare("lr(np.arange(10**6))", times, "lehr array", name)
        for name in ("NumPy, np.where", "optax, jit(vmap), float32")
    ]
    publish("A curve of 10**6 updates, warmup + cosine, float64", curve + array)


if __name__ == "__main__":
    main()
