"""Names of files from templates: "best-{epoch:04d}-{val_loss:.3f}.safetensors"."""

import math
import string
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lehr._checks import choice
from lehr.training.weights import SUFFIX

COUNTS = ("epoch", "epochs", "update", "updates")
STAMP = "%Y%m%d-%H%M%S"


class NameTemplate:
    """A template for the names of files in a run folder.

    Its fields are `epoch` and `update`, the numbers of the last ones, from 0; `epochs`
    and `updates`, how many are done; `timestamp`, in UTC, such as 20260131-235959; and
    the metrics of the run. A metric that was not measured at this update is "nan".

    Args:
        text: with fields as in `str.format`, but without conversions or attributes.

    Raises:
        ValueError: it is no such template, or does not end in ".safetensors".
    """

    def __init__(self, text: str) -> None:
        if not text.endswith(SUFFIX):
            raise ValueError(f"export must end in {SUFFIX}, got {text!r}")
        self.text = text
        try:
            self._parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"export is no template: {error}, got {text!r}") from None
        for _, field, form, conversion in self._parts:
            if field is not None and (not field or conversion or "{" in (form or "")):
                raise ValueError(
                    "export takes fields such as {epoch:04d} or {val_loss:.3f}, "
                    f"got {text!r}"
                )

    def require(self, metrics: Iterable[str], folder: Path) -> None:
        """Refuse fields that the run has not, and a name outside its folder."""
        metrics = tuple(metrics)
        known = (*COUNTS, "timestamp", *metrics)
        for _, field, _, _ in self._parts:
            if field is not None:
                choice("export's fields", field, known)
        self.path(folder, dict.fromkeys(COUNTS, 0), dict.fromkeys(metrics, 0.5))

    def path(
        self, folder: Path, counts: Mapping[str, int], metrics: Mapping[str, float]
    ) -> Path:
        """Return the path of a file, inside the folder and not among its checkpoints.

        Raises:
            ValueError: a value cannot be written so, or the path leads elsewhere.
        """
        values = {"timestamp": datetime.now(UTC).strftime(STAMP), **metrics, **counts}
        name = "".join(self._written(part, values) for part in self._parts)
        path = folder / name
        root = folder.resolve()
        if not path.resolve().is_relative_to(root):
            raise ValueError(f"export leads out of the run folder: {name!r}")
        if path.resolve().is_relative_to(root / "checkpoints"):
            raise ValueError(
                f"export leads among the checkpoints, which are kept whole: {name!r}; "
                "choose another folder, such as 'weights/'"
            )
        return path

    def _written(
        self,
        part: tuple[str, str | None, str | None, str | None],
        values: Mapping[str, Any],
    ) -> str:
        literal, field, form, _ = part
        if field is None:
            return literal
        value = values.get(field, math.nan)
        try:
            return literal + format(value, form or "")
        except ValueError as error:
            raise ValueError(
                f"export cannot write {field} as {form!r}: {error}"
            ) from None
