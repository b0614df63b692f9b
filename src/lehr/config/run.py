"""The document of one training run: its keys, their types and their rules."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lehr.config.run_data import Data, Seed
from lehr.config.run_model import USUAL_MODEL, Model
from lehr.config.run_section import FilePath, Section
from lehr.config.run_train import AdamW, Sgd, Train


class RunConfig(Section):
    """A whole run.

    `schedules` holds what the document says; a schedule becomes a value once the
    length of the run is known.
    """

    schema_: Literal[1] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = "run"
    seed: Seed = 0
    data: Data
    model: Model
    optimizer: Annotated[AdamW | Sgd, Field(discriminator="kind")]
    schedules: dict[str, Any]
    train: Train
    output: FilePath = "runs"

    @model_validator(mode="before")
    @classmethod
    def _usual_for_the_data(cls, given: Any) -> Any:
        """Fill in what depends on the data where the document leaves it out."""
        if not isinstance(given, dict):
            return given
        data, train = given.get("data"), given.get("train")
        kind = data.get("kind") if isinstance(data, dict) else None
        filled = dict(given)
        if given.get("model") is None:
            # Of unknown data, which are reported, any model will do.
            filled["model"] = {"kind": USUAL_MODEL.get(str(kind), "mlp")}
        if isinstance(train, dict) and train.get("mean_over") is None:
            usual = "tokens" if kind == "bytes" else "samples"
            filled["train"] = {**train, "mean_over": usual}
        return filled
