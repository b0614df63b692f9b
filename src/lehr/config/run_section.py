"""What the sections of a run document have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
FilePath = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """One mapping of the document: known keys only, exact types, never changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )
