"""What all of NeMo's schedulers share: a warmup, a hold, an end at `min_lr`."""

import math

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Chain, Constant, Linear, Schedule


class Policy:
    """The phases of NeMo's parameters, for one group.

    The warmup owns updates 0 to `warmup`, the hold those before `held`; what anneals
    owns the rest up to `max_steps`, and `min_lr` comes after that.
    """

    def __init__(
        self,
        base: float,
        max_steps: int | None,
        min_lr: float,
        last_epoch: int,
    ) -> None:
        check_start(last_epoch)
        self.base = _checks.finite("base", base)
        self.max_steps: float = math.inf
        if max_steps is not None:
            self.max_steps = _checks.count("max_steps", max_steps, 1)
        self.min_lr = _checks.finite("min_lr", min_lr)
        if self.min_lr < 0:
            raise ValueError(f"min_lr must be >= 0, got {min_lr!r}")
        self.warmup = self.held = 0

    def warm(self, warmup_steps: int | None, warmup_ratio: float | None) -> "Policy":
        """Begin with a warmup of so many steps, or of a part of `max_steps`."""
        self.warmup = self.length("warmup", warmup_steps, warmup_ratio)
        return self

    def hold(self, hold_steps: int | None, hold_ratio: float | None) -> "Policy":
        """Hold the peak for so many steps after the warmup.

        If neither is given, `held` stays 0, and not `warmup`, as in NeMo.
        """
        length = self.length("hold", hold_steps, hold_ratio)
        if hold_steps is not None or hold_ratio is not None:
            self.held = self.warmup + length
        return self

    def length(self, name: str, steps: int | None, ratio: float | None) -> int:
        """Return a length that is given in steps or, rounded down, as a ratio."""
        if steps is not None and ratio is not None:
            raise ValueError(
                f"{name}_steps and {name}_ratio exclude each other, "
                f"got {steps!r} and {ratio!r}"
            )
        if ratio is None:
            return 0 if steps is None else _checks.count(f"{name}_steps", steps)
        part = _checks.fraction(f"{name}_ratio", ratio)
        if self.max_steps == math.inf:
            raise ValueError(f"{name}_ratio is a part of max_steps, which is not given")
        return int(part * self.max_steps)

    def above_floor(self) -> None:
        """Refuse a starting value below `min_lr`, as NeMo does at its first step."""
        if self.base < self.min_lr:
            raise ValueError(
                f"min_lr must be <= the starting value, got min_lr={self.min_lr!r}, "
                f"base={self.base!r}"
            )

    def around(self, body: Schedule, origin: float) -> Schedule:
        """Return the whole curve; `body` anneals, and its own clock begins at `origin`.

        Where it goes on from the peak, the annealing is taken to begin with it.
        """
        base, warmup = self.base, self.warmup
        begin = max(warmup + 1 if warmup else 0, self.held)
        joined = self.held <= warmup <= self.max_steps
        if joined and body(warmup - origin) == base:
            begin = warmup
        pieces: list[Schedule] = []
        if warmup:
            pieces.append(Linear(base / (warmup + 1), base, warmup))
        pieces.append(Constant(base, begin - warmup))
        pieces += self._ended(body, begin, origin)
        return Chain(tuple(pieces))

    def _ended(self, body: Schedule, begin: float, origin: float) -> list[Schedule]:
        start, end = begin - origin, self.max_steps - origin
        floor = Constant(self.min_lr)
        if begin > self.max_steps:
            return [floor]
        if start < body.steps <= end and body(body.steps) == self.min_lr:
            return [body[start:] if start else body]
        return [piece(body, start, end + 1), *([] if end == math.inf else [floor])]


def piece(curve: Schedule, start: float, stop: float) -> Schedule:
    """Return updates `start` to `stop` of a curve, also past its end."""
    if isinstance(curve, Constant) or start >= curve.steps:
        return Constant(curve(start), 0 if stop == math.inf else stop - start)
    return curve[start:stop]
