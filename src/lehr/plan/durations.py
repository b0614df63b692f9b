"""Lengths with a unit, as people write them: 2000, 5%, 3ep, 1.5Btok, 64k samples."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, Self

from lehr._checks import choice, number
from lehr.plan.exact import decimal, plain

Unit = Literal["updates", "samples", "tokens", "epochs", "percent"]

SPELLINGS: dict[str, Unit] = {
    "": "updates",
    "update": "updates",
    "updates": "updates",
    "sample": "samples",
    "samples": "samples",
    "tok": "tokens",
    "token": "tokens",
    "tokens": "tokens",
    "ep": "epochs",
    "epoch": "epochs",
    "epochs": "epochs",
    "%": "percent",
    "percent": "percent",
}
MULTIPLES = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
COUNTED = ("updates", "samples", "tokens")
EXAMPLES = "2000, 5%, 3ep, 1.5Btok, 64k samples"
# What others call a step may be a micro-batch, an update or an epoch: no guess here.
AMBIGUOUS = {"step", "steps", "it", "iter", "iters", "ba", "batch", "batches"}
NUMBER = re.compile(
    r"\s*([+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3}(?!\d))?)(.*)",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class Duration:
    """An amount of one unit; a `Plan` turns it into updates.

    Updates, samples and tokens are whole numbers; epochs and percent (of the run's
    updates) may have a fraction.

    Args:
        amount: how many; >= 0.
        unit: "updates", "samples", "tokens", "epochs" or "percent".

    Raises:
        ValueError: the amount is negative, not finite, or a fraction of what is
            counted; the unit is unknown.

    >>> Duration.of("1.5Btok")
    Duration(amount=1500000000, unit='tokens')
    >>> str(Duration(64_000, "samples")), str(Duration(2.5, "epochs"))
    ('64k samples', '2.5ep')
    """

    amount: int | float
    unit: Unit = "updates"

    def __post_init__(self) -> None:
        """Refuse what is no length; keep whole amounts as ints."""
        choice("unit", self.unit, (*COUNTED, "epochs", "percent"))
        amount = number("amount", self.amount)
        if not 0 <= amount < float("inf"):
            raise ValueError(f"amount must be >= 0 and finite, got {self.amount!r}")
        exact = decimal(amount)
        if self.unit in COUNTED and exact.denominator != 1:
            raise ValueError(
                f"{self.unit} are counted in whole numbers, got {self.amount!r}"
            )
        object.__setattr__(self, "amount", plain(exact))

    @classmethod
    def of(cls, value: Any) -> Self:
        """Read a duration: text with a unit, or a whole number of updates.

        Multiples: k, M, B or G, T. Units: none or updates; samples; tok, tokens;
        ep, epochs; %. A bare fraction is refused, since it does not say of what.

        Raises:
            ValueError: the text is not understood; a bare number is no whole number
                of updates.
            TypeError: neither text nor a number.

        >>> Duration.of(2000), Duration.of("2.5k")
        (Duration(amount=2000, unit='updates'), Duration(amount=2500, unit='updates'))
        >>> Duration.of(0.05)
        Traceback (most recent call last):
        ValueError: 0.05 does not say of what; for a part of the run write "5%"
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls._parse(value)
        amount = number("a duration", value)
        if isinstance(amount, float):
            _refuse_bare_fraction(f"{value!r}", amount)
        return cls(amount)

    @classmethod
    def _parse(cls, text: str) -> Self:
        found = NUMBER.fullmatch(text)
        if not found or len(text) > 64:  # no text makes a number of 10**9 digits
            raise ValueError(f"{text!r} is not a duration; write one like {EXAMPLES}")
        digits, word = found[1].replace("_", ""), "".join(found[2].split())
        multiple, unit = _unit(word, text)
        amount = Fraction(digits) * multiple
        if amount < 0:
            raise ValueError(f"a duration must be >= 0, got {text!r}")
        if not word and not re.fullmatch(r"\+?\d+", digits):
            _refuse_bare_fraction(text.strip(), amount)
        if unit in COUNTED and amount.denominator != 1:
            raise ValueError(
                f"{unit} are counted in whole numbers, got {text!r}, "
                f"which is {float(amount)!r}"
            )
        return cls(plain(amount), unit)

    def __str__(self) -> str:
        if self.unit == "percent":
            return f"{self.amount}%"
        if self.unit == "epochs":
            return f"{self.amount}ep"
        amount = int(self.amount)
        if self.unit == "updates":
            return str(amount)
        short = _short(amount)
        return f"{short}tok" if self.unit == "tokens" else f"{short} samples"


def _unit(word: str, text: str) -> tuple[int, Unit]:
    """Return the multiple and the unit that `word` spells, such as "Btok"."""
    if word in SPELLINGS:
        return 1, SPELLINGS[word]
    if word[0] in MULTIPLES and word[1:] in SPELLINGS:
        unit = SPELLINGS[word[1:]]
        if unit == "percent":
            raise ValueError(f"a percentage takes no {word[0]!r}, got {text!r}")
        return MULTIPLES[word[0]], unit
    bare = word[1:] if word[0] in MULTIPLES else word
    if bare.lower() in AMBIGUOUS:
        raise ValueError(
            f"{bare!r} in {text!r} may mean a micro-batch or an update; "
            "write updates, samples, tokens or epochs"
        )
    raise ValueError(
        f"unknown unit {word!r} in {text!r}{_nearest(word)}; "
        f"write a duration like {EXAMPLES}"
    )


def _nearest(word: str) -> str:
    """Return a hint at the spelling that `word` is nearest to."""
    from difflib import get_close_matches

    known = [m + u for u in SPELLINGS for m in ("", *MULTIPLES) if (m + u) and u != "%"]
    same = [k for k in known if k.lower() == word.lower()]
    near = (
        same
        or get_close_matches(word, known, n=1)
        or get_close_matches(word.lower(), known, n=1)
    )
    return f"; did you mean {near[0]!r}?" if near else ""


def _refuse_bare_fraction(written: str, amount: Fraction | float) -> None:
    """Refuse a bare float, unless it is whole and too large to mean a fraction."""
    if 0 <= amount <= 1:
        percent = plain(decimal(amount) * 100)
        raise ValueError(
            f'{written} does not say of what; for a part of the run write "{percent}%"'
        )
    if amount != amount // 1:
        raise ValueError(
            f"{written} is no whole number of updates; "
            "round it, or give a unit: 5%, 3ep, 1.5Btok"
        )


def _short(amount: int) -> str:
    """Return the exact form with a multiple, such as 1.5B, where it is shorter."""
    letter = next((each for each in "TBMk" if amount >= MULTIPLES[each]), "")
    size = MULTIPLES.get(letter, 1)
    thousandths, inexact = divmod(amount * 1000, size)
    count, decimals = divmod(thousandths, 1000)
    short = f"{count}.{decimals:03}".rstrip("0").rstrip(".") + letter
    digits = str(amount)
    return digits if inexact or len(short) >= len(digits) else short
