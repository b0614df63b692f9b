"""The sections `optimizer` and `train` of a run document."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from lehr._checks import choice
from lehr.config.run_section import Count, Section, Share

LENGTHS = ("epochs", "updates", "samples", "tokens")
"""The keys of which exactly one tells how long a run is."""

STRATEGIES = ("auto", "ddp", "fsdp")
"""How several processes train one model; one process needs none of them."""


def _fused(value: Any) -> Any:
    if value != "auto" and not isinstance(value, bool):
        raise ValueError(f"fused must be auto, true or false, got {value!r}")
    return value


def _compile(value: Any) -> Any:
    if not isinstance(value, bool | dict):
        raise ValueError(
            "compile must be true, false, or a mapping of torch.compile's options, "
            f"got {value!r}"
        )
    return value


def _every(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not whole and not isinstance(value, str):
        raise ValueError(
            "how often is a number of updates >= 1, or a length such as 2ep, "
            f"10k samples, 1Mtok or 30m, got {value!r}"
        )
    return value


def _strategy(value: Any) -> Any:
    return choice("strategy", value, STRATEGIES)


Fused = Annotated[Any, AfterValidator(_fused)]
Compile = Annotated[Any, AfterValidator(_compile)]
Every = Annotated[Any, AfterValidator(_every)]
Strategy = Annotated[str, AfterValidator(_strategy)]
Positive = Annotated[float, Field(gt=0)]


class AdamW(Section):
    """Adam with weight decay apart from the gradient."""

    kind: Literal["adamw"]
    beta1: Share = 0.9
    beta2: Share = 0.999
    eps: Positive = 1e-8
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    fused: Fused = "auto"


class Sgd(Section):
    """Stochastic gradient descent with momentum."""

    kind: Literal["sgd"]
    momentum: Share = 0.9
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    fused: Fused = "auto"

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
    """How long, in what portions, how exactly, and when to stop."""

    epochs: Count | None = None
    updates: Count | None = None
    samples: Count | None = None
    tokens: Count | None = None
    time: str | None = None
    until: str | None = None
    batch_size: Count = 64
    accumulation: Count = 1
    mean_over: Literal["samples", "tokens"] | None = None
    clip_norm: Positive | None = None
    clip_value: Positive | None = None
    patience: Count | None = None
    evaluate_every: Every | None = None
    checkpoint_every: Every | None = None
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    compile: Compile = False
    deterministic: bool = False
    strategy: Strategy = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: Count | None = None
