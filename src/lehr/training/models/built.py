"""The network that a run document asks for, built for its task."""

from torch import nn

from lehr.config.run_model import (
    GruModel,
    MlpModel,
    ModelSection,
    TransformerModel,
)
from lehr.training.models.conv import SMALLEST, ConvNet
from lehr.training.models.gru import ByteGru
from lehr.training.models.mlp import Mlp
from lehr.training.models.transformer import ByteTransformer
from lehr.training.tasks import Task


def build_model(model: ModelSection, task: Task) -> nn.Module:
    """Build the network of a document for its data.

    Args:
        model: the section of the document.
        task: what it shall learn.

    Raises:
        ValueError: the network does not fit the task.
    """
    if task.kind == "bytes":
        return _for_bytes(model)
    if isinstance(model, TransformerModel | GruModel):
        raise ValueError(
            f"kind {model.kind} takes bytes, and the data are none; use kind "
            f"{'conv or mlp' if _is_square(task) else 'mlp'}, or data of kind bytes"
        )
    if isinstance(model, MlpModel):
        return Mlp(
            task.shape.numel(),
            task.outputs,
            width=model.width,
            layers=model.layers,
            dropout=model.dropout,
        )
    if not _is_square(task):
        raise ValueError(
            f"kind conv takes square grey images, and a sample here has shape "
            f"{tuple(task.shape)}; use kind mlp"
        )
    return ConvNet(
        model.width, model.dropout, side=task.shape[-1], classes=task.outputs
    )


def _for_bytes(model: ModelSection) -> nn.Module:
    if isinstance(model, TransformerModel):
        return ByteTransformer(
            width=model.width,
            layers=model.layers,
            heads=model.heads,
            dropout=model.dropout,
        )
    if isinstance(model, GruModel):
        return ByteGru(width=model.width, layers=model.layers, dropout=model.dropout)
    raise ValueError(
        f"kind {model.kind} takes no bytes, and the data are bytes; use kind "
        "transformer or gru"
    )


def _is_square(task: Task) -> bool:
    shape = tuple(task.shape)
    return len(shape) == 3 and shape[0] == 1 and shape[1] == shape[2] >= SMALLEST
