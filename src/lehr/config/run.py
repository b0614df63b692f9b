"""The document's grammar: its sections, their types and their rules."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from lehr.config.run_data import DataSection, Seed
from lehr.config.run_model import USUAL_MODEL, ModelSection
from lehr.config.run_section import FilePath, Section
from lehr.config.run_train import AdamW, Sgd, Train
from lehr.config.sections.lint import Lint
from lehr.config.sections.logging import Logging
from lehr.config.sections.plan import PlanSection

MAY_BE_NULL = ("schema", "name", "seed", "output")
"""Keys with a default that no section has; null leaves them out too."""


class AnyConfig(Section):
    """Any document: schedules, and whatever is said around them.

    `schedules` holds what the document says; a schedule becomes a value once the
    length of the run is known.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = "run"
    seed: Seed = 0
    plan: PlanSection | None = None
    groups: dict[str, Any] | None = None
    data: Annotated[DataSection | None, Field(discriminator="kind")] = None
    model: Annotated[ModelSection | None, Field(discriminator="kind")] = None
    optimizer: Annotated[AdamW | Sgd | None, Field(discriminator="kind")] = None
    schedules: dict[str, Any]
    train: Train | None = None
    logging: Logging | None = None
    lint: Lint | None = None
    output: FilePath = "runs"

    @field_validator("schema_", mode="before")
    @classmethod
    def _is_a_whole_number(cls, given: Any) -> Any:
        if type(given) is not int:  # to pydantic True and 1.0 are 1
            raise ValueError(f"schema must be 1, a whole number, got {given!r}")
        return given

    @model_validator(mode="before")
    @classmethod
    def _usual_for_the_data(cls, given: Any) -> Any:
        """Fill in what depends on the data where the document leaves it out."""
        if not isinstance(given, dict):
            return given
        said = given.items()
        given = {k: v for k, v in said if v is not None or k not in MAY_BE_NULL}
        if given.get("data") is None:
            return given
        data, train = given["data"], given.get("train")
        kind = data.get("kind") if isinstance(data, dict) else None
        filled = dict(given)
        if given.get("model") is None:
            # Of unknown data, which are reported, any model will do.
            filled["model"] = {"kind": USUAL_MODEL.get(str(kind), "mlp")}
        if isinstance(train, dict) and train.get("mean_over") is None:
            usual = "tokens" if kind == "bytes" else "samples"
            filled["train"] = {**train, "mean_over": usual}
        return filled


class RunConfig(AnyConfig):
    """The document of a run that `lehr train` can start: the strict reading."""

    data: Annotated[DataSection, Field(discriminator="kind")]
    model: Annotated[ModelSection, Field(discriminator="kind")]
    optimizer: Annotated[AdamW | Sgd, Field(discriminator="kind")]
    train: Train
    logging: Logging = Logging()
