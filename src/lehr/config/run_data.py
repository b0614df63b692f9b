"""The section `data` of a run document: what is trained on."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lehr.config.run_section import Count, FilePath, Section

Seed = Annotated[int, Field(ge=0, lt=2**63)]


class DigitsData(Section):
    """The handwritten digits in the package."""

    kind: Literal["digits"]
    augment: bool = True


class FashionData(Section):
    """Fashion-MNIST: images of clothes, from Debian's package or a folder."""

    kind: Literal["fashion-mnist"]
    path: FilePath | None = None


class TableData(Section):
    """A CSV file: numbers in all columns but the last, which holds the class."""

    kind: Literal["table"]
    path: FilePath


class BytesData(Section):
    """Bytes of a text, each to be told from those before it.

    Without `text`, the source of Python's standard library.
    """

    kind: Literal["bytes"]
    text: FilePath | None = None
    context: Count = 128
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.05
    test: Annotated[float, Field(gt=0, lt=1)] = 0.05

    @model_validator(mode="after")
    def _something_is_left(self) -> "BytesData":
        if self.validation + self.test >= 1:
            raise ValueError(
                f"validation ({self.validation}) and test ({self.test}) leave nothing "
                "to train on; make them smaller"
            )
        return self


class SyntheticData(Section):
    """Numbers drawn from a seed, to try things on: classes to tell apart, or a line."""

    kind: Literal["synthetic"]
    task: Literal["classification", "regression"] = "classification"
    samples: Annotated[int, Field(ge=20)] = 2000
    inputs: Count = 16
    classes: Annotated[int, Field(ge=2)] | None = None
    noise: Annotated[float, Field(gt=0)] | None = None
    seed: Seed = 0

    @model_validator(mode="after")
    def _its_own_keys(self) -> "SyntheticData":
        if self.task == "regression" and self.classes is not None:
            raise ValueError("a regression has no classes; leave the key out")
        return self


DataSection = DigitsData | FashionData | TableData | BytesData | SyntheticData
Data = Annotated[DataSection, Field(discriminator="kind")]

READ_FROM = {"table": "path", "fashion-mnist": "path", "bytes": "text"}
"""The key of each kind of data that names a file or folder."""
