"""Composer's time strings, and how many updates they come to in one run."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from lehr import _checks
from lehr.plan import Plan

UNITS = ("ep", "ba", "sp", "tok", "dur")
_TEXT = re.compile(r"\s*(.+?)\s*(iter|ep|ba|sp|tok|dur|sec)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Time:
    """An amount of a unit: a whole number, but of "dur", the part of the run."""

    value: float
    unit: str

    @classmethod
    def of(cls, name: str, given: str) -> "Time":
        """Read a time string, such as "10ep" or "0.1dur".

        Raises:
            TypeError: it is no text.
            ValueError: it is not understood, or is no whole number of its unit.

        >>> Time.of("t_max", "2e9tok")
        Time(value=2000000000, unit='tok')
        """
        if not isinstance(given, str):
            raise TypeError(
                f"{name} must be a time string such as '10ep', '500ba' or '0.1dur', "
                f"got {given!r}"
            )
        found = _TEXT.fullmatch(given)
        try:
            value = float(found[1]) if found else math.nan
        except ValueError:
            value = math.nan
        if not found or not 0 <= value < math.inf:
            raise ValueError(
                f"{name} must be a number >= 0 and one of {', '.join(UNITS)}, as in "
                f"'10ep', got {given!r}"
            )
        unit = found[2].lower()
        if unit not in UNITS:
            why = {"sec": "wall clock time is no clock of a schedule"}
            told = why.get(unit, "an iteration has no length in Composer's trainer")
            raise ValueError(f"{name} must not be in {unit!r}, got {given!r}: {told}")
        if unit == "dur":
            return cls(value, unit)
        if value != int(value):
            raise ValueError(f"{name} must be a whole number of {unit}, got {given!r}")
        return cls(int(value), unit)

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


@dataclass(frozen=True)
class Run:
    """What Composer's schedulers ask of a run; see `linear` for the arguments."""

    max_duration: str | int | None = None
    dataloader_len: int | None = None
    batch_size: int | None = None
    tokens_per_batch: int | None = None
    scale_schedule_ratio: float = 1.0
    plan: Plan | None = None

    def __post_init__(self) -> None:
        _checks.positive("scale_schedule_ratio", self.scale_schedule_ratio)
        if self.plan is not None:
            for name, value in _of_plan(self.plan).items():
                if getattr(self, name) is not None:
                    raise ValueError(f"plan says {name} already, got both")
                object.__setattr__(self, name, value)
        for name in ("dataloader_len", "batch_size", "tokens_per_batch"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _checks.count(name, value, 1))
        self.duration()  # refuse here what it would refuse

    def duration(self) -> Time | None:
        """Return the length of the run, times the ratio; a bare number is epochs."""
        given = self.max_duration
        if given is None:
            return None
        text = given if isinstance(given, str) else f"{given}ep"
        time = Time.of("max_duration", text)
        scaled = int(time.value * self.scale_schedule_ratio)
        if time.unit == "dur" or not scaled:
            raise ValueError(
                f"max_duration times scale_schedule_ratio must be at least 1 of ep, "
                f"ba, sp or tok, got {time} times {self.scale_schedule_ratio!r}"
            )
        return Time(scaled, time.unit)

    def convert(self, name: str, given: str, *, scaled: bool = True) -> Time:
        """Return a time in batches, samples or tokens, cut to a whole number of them.

        A part of the run is of `duration()`, and is not scaled again.
        """
        time = Time.of(name, given)
        if time.unit == "dur":
            if (whole := self.duration()) is None:
                raise ValueError(f"max_duration must be given for {name}={given!r}")
            if whole.unit == "ep":
                batches = self._known("dataloader_len", name, given)
                return Time(int(time.value * batches * whole.value), "ba")
            return Time(int(time.value * whole.value), whole.unit)
        if time.unit == "ep":
            time = Time(time.value * self._known("dataloader_len", name, given), "ba")
        ratio = self.scale_schedule_ratio if scaled else 1.0
        return Time(int(time.value * ratio) if scaled else time.value, time.unit)

    def updates(self, name: str, time: Time) -> float:
        """Return a converted time in updates: the float at or next below it."""
        per = self._per_update(name, time)
        if time.value % per == 0:
            return time.value // per
        # From below, so that what happens at a whole multiple is not missed there.
        quotient = time.value / per
        exact = Fraction(int(time.value), per)
        return math.nextafter(quotient, 0.0) if Fraction(quotient) > exact else quotient

    def first(self, name: str, time: Time) -> int:
        """Return the first update at or past a converted time."""
        return -(-int(time.value) // self._per_update(name, time))

    def length(self, name: str, given: str) -> float:
        """Return a scaled time string in updates."""
        return self.updates(name, self.convert(name, given))

    def _per_update(self, name: str, time: Time) -> int:
        if time.unit == "ba":
            return 1
        needed = "batch_size" if time.unit == "sp" else "tokens_per_batch"
        return self._known(needed, name, time)

    def _known(self, needed: str, name: str, given: object) -> int:
        if (value := getattr(self, needed)) is None:
            raise ValueError(f"{needed} must be given for {name}='{given}'")
        return int(value)


def _of_plan(plan: Plan) -> dict[str, str | int | None]:
    if plan.ramp is not None:
        raise ValueError("plan must have one batch size, got one with a ramp")
    units = {"epochs": "ep", "updates": "ba", "samples": "sp", "tokens": "tok"}
    amount, unit = plan.length.amount, units.get(plan.length.unit, "")
    if not unit or amount != int(amount):
        amount, unit = plan.updates, "ba"
    samples, tokens = plan.samples_per_update, plan.sequence_length
    return {
        "max_duration": f"{amount}{unit}",
        "dataloader_len": plan.updates_per_epoch,
        "batch_size": samples,
        "tokens_per_batch": None if tokens is None else samples * tokens,
    }
