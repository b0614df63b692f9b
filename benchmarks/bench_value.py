"""One value by a Python number: early, late, after a million restarts, at once."""

import statistics

import lehr
import peers
from harness import Code, Row, compare, interleaved, publish

WARMUP, TOTAL, PERIOD = 2_000, 10**6, 1_000
FAR = 10**9
NUMBER = 20_000
BUILD = "lehr.warmup_cosine(3e-4, warmup=2_000, total=10**9 + 1)(10**9)"


def value(rate: object, t: int, number: int = NUMBER) -> Code:
    return Code("rate(t)", {"rate": rate, "t": t}, number)


def against(what: str, t: int, ours: object, others: dict[str, object]) -> list[Row]:
    """Compare one value with the peers' same value; the goal is a microsecond."""
    codes = {"lehr": value(ours, t)}
    for name, rate in others.items():
        slow = name.startswith("lrsched") and "restarts" in what
        codes[name] = value(rate, t, max(1, 2_000_000 // (t + 100)) if slow else NUMBER)
    times = interleaved(codes)
    ours_alone = Row(what, statistics.median(times["lehr"]), at_most=1e-6)
    return [ours_alone, *(compare(what, times, "lehr", name) for name in others)]


def warmup_cosine() -> list[Row]:
    ours = lehr.warmup_cosine(peers.PEAK, warmup=WARMUP, total=TOTAL, floor=peers.FLOOR)
    others = {
        "timm": peers.timm_warmup_cosine(WARMUP, TOTAL),
        "lrsched": peers.lrsched_warmup_cosine(WARMUP, TOTAL),
    }
    return [
        *against("warmup + cosine, in the warmup", 1_000, ours, others),
        *against("warmup + cosine, in the wave", 500_000, ours, others),
    ]


def restarts() -> list[Row]:
    import lrsched

    even = lehr.warm_restarts(peers.PEAK, period=PERIOD, floor=peers.FLOOR)
    longer = lehr.warm_restarts(
        peers.PEAK, period=PERIOD, floor=peers.FLOOR, stretch=2.0
    )
    others = {
        "timm": peers.timm_restarts(PERIOD, 1.0),
        "lrsched": lrsched.cosine_restarts(
            base_lr=peers.PEAK, min_lr=peers.FLOOR, period=PERIOD, t_mult=1
        ),
    }
    double = {"timm": peers.timm_restarts(PERIOD, 2.0)}
    return [
        *against("restarts, t = 1_500", 1_500, even, others),
        *against("restarts, t = 10**6 + 1", 10**6 + 1, even, others),
        *against("restarts, t = 10**9 + 1", FAR + 1, even, {"timm": others["timm"]}),
        *against("restarts doubling, t = 1_500", 1_500, longer, double),
        *against("restarts doubling, t = 10**9 + 1", FAR + 1, longer, double),
    ]


def far_away() -> list[Row]:
    """Compare building a schedule and asking for update 10**9 with stepping there."""
    stepped = peers.torch_warmup_cosine(WARMUP, FAR)
    codes = {
        "lehr": Code(BUILD, {"lehr": lehr}, 500),
        "torch SequentialLR, stepped": Code(
            "step()", {"step": stepped.step}, 5_000, scale=FAR
        ),
    }
    times = interleaved(codes)
    what = "the rate at update 10**9, with construction"
    return [
        Row(what, statistics.median(times["lehr"]), at_most=20e-6),
        compare(what, times, "lehr", "torch SequentialLR, stepped"),
    ]


def main() -> None:
    rows = [*warmup_cosine(), *restarts(), *far_away()]
    publish("One value by a Python number", rows)


if __name__ == "__main__":
    main()
