"""lrsched itself: its schedules are functions of the update's number."""

import random
from collections.abc import Callable, Iterator

import lrsched

from agreement.comparison import Comparison, Trial
from lehr.dialects import Named, dialect

LIBRARY = "lrsched 0.5.0"
NUMBER = 30


def _times(*marks: int) -> list[int]:
    end = max(marks)
    near = {m + d for m in marks for d in (-1, 0, 1)}
    return sorted({0, 1, end * 3 // 2, 2 * end, 10 * end, *near} - {-1})


def _rate(rng: random.Random) -> float:
    return rng.choice((1.0, 10 ** rng.uniform(-5, 0)))


def _bases(rng: random.Random, *names: str) -> dict[str, float]:
    return {name: rng.choice((0.0, 0.1, 1.0)) * _rate(rng) for name in names}


def _plain(rng: random.Random, name: str) -> tuple[dict, list[int]]:
    n = rng.randint(1, 300)
    if name == "constant":
        return {"lr": _rate(rng)}, _times(n)
    if name == "step_decay":
        drop = rng.choice((1.0, rng.uniform(0.01, 1)))
        return {"base_lr": _rate(rng), "drop": drop, "step_size": n}, _times(n, 2 * n)
    if name == "multi_step":
        marks = [rng.randint(1, 300) for _ in range(rng.randint(0, 5))]
        gamma = rng.uniform(-0.5, 1.5)
        return {"base_lr": _rate(rng), "milestones": marks, "gamma": gamma}, _times(
            n, *marks
        )
    if name == "exponential":
        return {"base_lr": _rate(rng), "gamma": rng.uniform(0.9, 1.01)}, _times(n)
    if name == "exponential_decay":
        arguments = {"base_lr": _rate(rng), "decay_rate": rng.uniform(0.01, 0.99)}
        return {**arguments, "decay_steps": n}, _times(n)
    if name == "inverse_sqrt":
        return {"base_lr": _rate(rng), "warmup_steps": n}, _times(n)
    if name == "cosine_restarts":
        mult = rng.randint(1, 3)
        arguments = {**_bases(rng, "min_lr"), "base_lr": _rate(rng), "period": n}
        return {**arguments, "t_mult": mult}, _times(n, n * (1 + mult))
    if name in ("triangular", "triangular2", "exp_range"):
        arguments = {**_bases(rng, "min_lr"), "max_lr": _rate(rng), "step_size": n}
        if name == "exp_range":
            arguments["gamma"] = rng.uniform(0.99, 1.0)
        return arguments, _times(n, 2 * n, 3 * n)
    return _ending(rng, name, n)


def _ending(rng: random.Random, name: str, n: int) -> tuple[dict, list[int]]:
    if name == "one_cycle":
        fraction = rng.uniform(0.01, 0.99)
        arguments = {"max_lr": _rate(rng), "total_steps": n + 1, "pct_start": fraction}
        arguments |= {
            "initial_div": rng.uniform(1, 50),
            "final_div": 10.0 ** rng.randint(0, 5),
        }
        return arguments, _times(n + 1, round(fraction * (n + 1)))
    if name == "warmup_stable_decay":
        up = rng.randint(0, n - 1)
        down = rng.randint(1, n - up)
        arguments = {"total_steps": n, "warmup_steps": up, "decay_steps": down}
        arguments |= _bases(rng, "base_lr", "final_lr", "warmup_start")
        arguments["decay_shape"] = rng.choice(("linear", "1-sqrt"))
        return arguments, _times(n, up, n - down)
    first = "start_lr" if name == "polynomial_decay" else "base_lr"
    last = "min_lr" if name == "cosine" else "end_lr"
    arguments = {first: _rate(rng), **_bases(rng, last), "total_steps": n}
    if name.startswith("polynomial"):
        arguments["power"] = rng.choice((0.5, 1.0, 2.0, rng.uniform(0.1, 5)))
    return arguments, _times(n)


def _trial(name: str, arguments: dict, times: list[int]) -> Trial:
    ours = dialect("lrsched", name).curve(**arguments)
    theirs = getattr(lrsched, name)(**arguments)
    return Trial(arguments, ours, times, [theirs(t) for t in times])


def _of(name: str) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        rng = random.Random(name)
        for _ in range(number):
            yield _trial(name, *_plain(rng, name))

    return trials


def _composed(number: int, name: str) -> Iterator[Trial]:
    rng = random.Random(name)
    for _ in range(number):
        kinds = [rng.choice(("linear", "cosine", "triangular2")) for _ in range(3)]
        drawn = [(kind, _plain(rng, kind)[0]) for kind in kinds]
        named = [Named(dialect("lrsched", kind), given) for kind, given in drawn]
        theirs = [getattr(lrsched, kind)(**given) for kind, given in drawn]
        n = rng.randint(1, 100)
        if name == "with_warmup":
            shared = {"warmup_steps": n, "start_lr": rng.choice((0.0, 0.1))}
            ours = dialect("lrsched", name).curve(named[0], **shared)
            curve, times = lrsched.with_warmup(theirs[0], **shared), _times(n, 5 * n)
        else:
            lengths = [rng.randint(1, 100) for _ in kinds]
            phases = list(zip(lengths, named, strict=True))
            ours = dialect("lrsched", name).curve(phases, exact=True)
            curve = lrsched.sequential(list(zip(lengths, theirs, strict=True)))
            times = _times(lengths[0], sum(lengths[:2]), sum(lengths))
        yield Trial({"of": drawn}, ours, times, [curve(t) for t in times])


DIFFERENCES = {
    "sequential": "holds the final value, as documented; compared with exact=True",
    "warmup_stable_decay": "without a decay it ends at final_lr; exact=True does not",
}


def comparisons() -> list[Comparison]:
    names = [n for n in lrsched.__all__ if n[0].islower()]
    names = [n for n in names if n not in ("sample", "scale_by_group")]
    return [
        Comparison(
            LIBRARY,
            name,
            (lambda number, name=name: _composed(number, name))
            if name in ("sequential", "with_warmup")
            else _of(name),
            differences=DIFFERENCES.get(name, ""),
        )
        for name in names
    ]
