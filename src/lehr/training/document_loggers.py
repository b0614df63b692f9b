"""The loggers that the section `logging` of a document asks for."""

from collections.abc import Iterator

from lehr.config.run import RunConfig
from lehr.training.loggers import (
    Csv,
    JsonLines,
    Logger,
    Mlflow,
    TensorBoard,
    Trackio,
    Wandb,
)
from lehr.training.run_folder import RunFolder


def document_loggers(config: RunConfig, folder: RunFolder) -> Iterator[Logger]:
    """Yield the loggers of a run, beside its own store; files go to its folder.

    A service calls the run by the document's `name`, unless the section says another.
    """
    wanted, settings = config.logging, config.model_dump(by_alias=True)
    if wanted.jsonl:
        yield JsonLines(folder.metrics)
    if wanted.csv:
        yield Csv(folder.path / "metrics.csv")
    if wanted.tensorboard:
        yield TensorBoard(folder.path / "tensorboard")
    if (wandb := wanted.wandb) is not None:
        options = wandb.model_dump(exclude={"project", "name"}, exclude_none=True)
        name = wandb.name or config.name
        yield Wandb(wandb.project, name, folder=folder.path, config=settings, **options)
    if (mlflow := wanted.mlflow) is not None:
        name = mlflow.name or config.name
        yield Mlflow(mlflow.experiment, name, uri=mlflow.uri, config=settings)
    if (trackio := wanted.trackio) is not None:
        yield Trackio(trackio.project, trackio.name or config.name, config=settings)
