"""The section `plan`: the arguments of `lehr.Plan`, lengths also as texts."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema, model_validator

from lehr.config.run_section import Count, Section
from lehr.plan import BatchRamp, Duration

_TEXT = {
    "type": "string",
    "pattern": r"^\s*\+?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)([eE][+-]?\d+)?"
    r"\s*[kKMBGT]?\s*[a-z]*\s*$",
}


def _said(number: str, examples: str, *others: dict[str, str]) -> WithJsonSchema:
    """Return what a JSON Schema says of a number that may be text."""
    counted = {"type": number, "exclusiveMinimum": 0}
    told = f"A number, or a text such as {examples}."
    return WithJsonSchema({"anyOf": [counted, _TEXT, *others], "description": told})


_NULL = {"type": "null"}
_ITEM = _said("integer", "1k")
_COUNT = _said("integer", "10B or 64k", _NULL)
_EPOCHS = _said("number", "2.5ep", _NULL)
_LENGTH = _said("integer", "3ep, 64k samples or 1.5Btok", _NULL)


def _amount(name: str, unit: str | None = None) -> AfterValidator:
    """Return what reads a number of one unit: 3, "10B" or "10Btok"."""
    unit = unit or name

    def read(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, int | float | str) or isinstance(value, bool):
            raise ValueError(f"{name} must be a number or a text, got {value!r}")
        if isinstance(value, float) and unit != "epochs":
            same = f"; write {int(value)}" if value == value // 1 else ""
            raise ValueError(f"{name} must be a whole number, got {value!r}{same}")
        if isinstance(value, str):
            length = Duration.of(value)
            if length.unit not in (unit, "updates"):
                raise ValueError(
                    f"{name} is counted in {unit}, and {value!r} is in {length.unit}"
                )
            value = length.amount
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} must be > 0 and finite, got {value!r}")
        return value

    return AfterValidator(read)


def _length(value: Any) -> Any:
    if value is None:
        return None
    try:
        length = Duration.of(value)
    except TypeError as error:
        raise ValueError(str(error)) from None
    if length.unit == "percent":
        raise ValueError(f"a run's own length cannot be a percentage, got {value!r}")
    return value if isinstance(value, str) else int(value)


class Ramp(Section):
    """A batch that grows: by its sizes, or from a start to an end in equal steps."""

    sizes: list[Count] | None = None
    until: list[Annotated[Any, _amount("until", "samples"), _ITEM]] | None = None
    clock: Literal["updates", "samples"] = "updates"
    start: Count | None = None
    end: Count | None = None
    increment: Count | None = None
    samples: Annotated[Any, _amount("samples"), _COUNT] = None

    @model_validator(mode="after")
    def _one_form(self) -> "Ramp":
        try:
            self.made()
        except TypeError as error:
            raise ValueError(str(error)) from None
        return self

    def made(self) -> BatchRamp:
        """Return the ramp.

        Raises:
            ValueError: it is neither of the two forms, or cannot be.
        """
        by_size = {"sizes": self.sizes, "until": self.until}
        linear = {
            "start": self.start,
            "end": self.end,
            "increment": self.increment,
            "samples": self.samples,
        }
        given = {k for k, v in (by_size | linear).items() if v is not None}
        if given == set(by_size):
            sizes, until = tuple(self.sizes or ()), tuple(self.until or ())
            return BatchRamp(sizes=sizes, until=until, clock=self.clock)
        if given == set(linear) and "clock" not in self.model_fields_set:
            return BatchRamp.linear(**linear)
        raise ValueError(
            "a ramp has sizes, until and clock, or start, end, increment and samples; "
            f"got {', '.join(sorted(self.model_fields_set)) or 'nothing'}"
        )


class PlanSection(Section):
    """One run's arithmetic, as far as the document says it."""

    dataset_size: Annotated[Any, _amount("dataset_size", "samples"), _COUNT] = None
    batch_size: Count | None = None
    accumulation: Count | None = None
    world_size: Count | None = None
    drop_last: bool | None = None
    sequence_length: Count | None = None
    epochs: Annotated[Any, _amount("epochs"), _EPOCHS] = None
    updates: Annotated[Any, _amount("updates"), _COUNT] = None
    samples: Annotated[Any, _amount("samples"), _COUNT] = None
    tokens: Annotated[Any, _amount("tokens"), _COUNT] = None
    length: Annotated[Any, AfterValidator(_length), _LENGTH] = None
    ramp: Ramp | None = None

    def given(self) -> dict[str, Any]:
        """Return the arguments of `Plan` that the section has."""
        found = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if getattr(self, name) is not None
        }
        if self.ramp is not None:
            found["ramp"] = self.ramp.made()
        return found
