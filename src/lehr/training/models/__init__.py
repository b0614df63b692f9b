"""Small networks for the runs of `lehr train`: one module for each."""

from lehr.training.models.conv import ConvNet
from lehr.training.models.gru import ByteGru
from lehr.training.models.mlp import Mlp
from lehr.training.models.transformer import ByteTransformer

__all__ = ["ByteGru", "ByteTransformer", "ConvNet", "Mlp"]
