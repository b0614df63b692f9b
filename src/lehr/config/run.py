"""The document of one training run: its keys, their types and their rules."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]

LENGTHS = ("epochs", "updates", "samples")
"""The keys of which exactly one tells how long a run is."""


class Section(BaseModel):
    """One mapping of the document: known keys only, exact types, never changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


class DigitsData(Section):
    """The handwritten digits in the package."""

    kind: Literal["digits"]
    augment: bool = True


class TableData(Section):
    """A CSV file: numbers in all columns but the last, which holds the class."""

    kind: Literal["table"]
    path: Annotated[str, Field(min_length=1)]


Data = Annotated[DigitsData | TableData, Field(discriminator="kind")]


class ConvModel(Section):
    """A small convolutional network for images."""

    kind: Literal["conv"]
    width: Count = 32
    dropout: Share = 0.3


class MlpModel(Section):
    """A network of fully connected layers, for anything."""

    kind: Literal["mlp"]
    width: Count = 64
    layers: Count = 2
    dropout: Share = 0.0


class AdamW(Section):
    """Adam with weight decay apart from the gradient."""

    kind: Literal["adamw"]
    beta1: Share = 0.9
    beta2: Share = 0.999
    eps: Annotated[float, Field(gt=0)] = 1e-8
    weight_decay: Annotated[float, Field(ge=0)] = 0.01


class Sgd(Section):
    """Stochastic gradient descent with momentum."""

    kind: Literal["sgd"]
    momentum: Share = 0.9
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> "Sgd":
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs momentum > 0, got momentum 0.0")
        return self


SCHEDULED = {
    "adamw": ("lr", "weight_decay", "beta1", "beta2", "eps"),
    "sgd": ("lr", "weight_decay", "momentum"),
}
"""The fields of each optimizer that can follow a schedule."""


class Train(Section):
    """How long, in what portions, and when to stop."""

    epochs: Count | None = None
    updates: Count | None = None
    samples: Count | None = None
    batch_size: Count = 64
    accumulation: Count = 1
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    patience: Count | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: Count | None = None

    @model_validator(mode="after")
    def _one_length(self) -> "Train":
        given = [name for name in LENGTHS if getattr(self, name) is not None]
        if not given:
            raise ValueError("a run needs its length: epochs, updates or samples")
        if len(given) > 1:
            raise ValueError(
                f"{' and '.join(given)} both give the length of the run; keep one and "
                f"set the other to null, as in train.{given[0]}=null"
            )
        return self


class RunConfig(Section):
    """A whole run.

    `schedules` holds what the document says; a schedule becomes a value once the
    length of the run is known.
    """

    schema_: Literal[1] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = "run"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    data: Data
    model: Annotated[ConvModel | MlpModel, Field(discriminator="kind")]
    optimizer: Annotated[AdamW | Sgd, Field(discriminator="kind")]
    schedules: dict[str, Any]
    train: Train
    output: Annotated[str, Field(min_length=1)] = "runs"
