"""The section `model` of a run document: which network, and how large."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lehr.config.run_section import Count, Section, Share


class ConvModel(Section):
    """A small convolutional network for square grey images."""

    kind: Literal["conv"]
    width: Count = 32
    dropout: Share = 0.3


class MlpModel(Section):
    """A network of fully connected layers, for anything but bytes."""

    kind: Literal["mlp"]
    width: Count = 64
    layers: Count = 2
    dropout: Share = 0.0


class TransformerModel(Section):
    """A decoder-only transformer for bytes."""

    kind: Literal["transformer"]
    width: Count = 128
    layers: Count = 4
    heads: Count = 4
    dropout: Share = 0.0

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> "TransformerModel":
        if self.width % (2 * self.heads):
            raise ValueError(
                f"width must be a multiple of 2 x heads ({2 * self.heads}), "
                f"got {self.width}"
            )
        return self


class GruModel(Section):
    """A recurrent network with gates, for bytes."""

    kind: Literal["gru"]
    width: Count = 256
    layers: Count = 1
    dropout: Share = 0.0


ModelSection = ConvModel | MlpModel | TransformerModel | GruModel
Model = Annotated[ModelSection, Field(discriminator="kind")]

USUAL_MODEL = {
    "digits": "conv",
    "fashion-mnist": "conv",
    "table": "mlp",
    "synthetic": "mlp",
    "bytes": "transformer",
}
"""The kind of model that each kind of data has where the document names none."""
