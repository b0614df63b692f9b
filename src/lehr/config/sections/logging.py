"""The section `logging`: how often a run is noted, and where."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from lehr.config.run_section import Count, Section

Text = Annotated[str, Field(min_length=1)]


def _address(value: Any) -> Any:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError(
            f"uri must begin with http:// or https://, got {value!r}; for a store on "
            "this machine leave it out and set MLFLOW_TRACKING_URI"
        )
    return value


class Wandb(Section):
    """Weights & Biases."""

    project: Text
    name: Text | None = None
    entity: Text | None = None
    group: Text | None = None
    tags: list[Text] | None = None


class Mlflow(Section):
    """MLflow; without `uri`, where the environment says."""

    experiment: Text
    name: Text | None = None
    uri: Annotated[str | None, AfterValidator(_address)] = None


class Trackio(Section):
    """Trackio."""

    project: Text
    name: Text | None = None


class Logging(Section):
    """Where the records go, beside the run's own store."""

    every: Count = 1
    csv: bool = False
    jsonl: bool = True
    tensorboard: bool = False
    wandb: Wandb | None = None
    mlflow: Mlflow | None = None
    trackio: Trackio | None = None
