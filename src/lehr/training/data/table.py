"""A table of numbers in a CSV file, the class of each row in its last column."""

import csv
import math
from collections.abc import Iterator
from os import PathLike

import torch

from lehr.training.data.parts import Part, Parts, deal


def read_table(file: str | PathLike[str]) -> Parts:
    """Read a CSV file and deal its rows into three parts.

    Each column is brought to mean 0 and deviation 1 over the training rows. A first
    line that holds no numbers is a heading.

    Args:
        file: rows of numbers with commas between them; the last is the class, a whole
            number from 0.

    Raises:
        ValueError: the file holds no row, or a row is not of this form.
        OSError: the file cannot be read.
    """
    rows: list[list[float]] = []
    with open(file, encoding="utf-8", newline="") as lines:
        for place, cells in _filled(lines):
            numbers = [_number(cell) for cell in cells]
            if not rows and place == 1 and not any(map(_is_finite, numbers)):
                continue
            _check(numbers, cells, rows, f"{file}:{place}")
            rows.append(numbers)
    if not rows:
        raise ValueError(f"the data set is empty: {file} holds no rows")
    table = torch.tensor(rows, dtype=torch.float64)
    labels = table[:, -1].long()
    classes = int(labels.max()) + 1
    if classes < 2:
        raise ValueError(f"{file} holds one class, 0; there is nothing to tell apart")
    if classes > len(rows):
        raise ValueError(
            f"{file} names class {classes - 1} in {len(rows)} rows; classes count from "
            "0 without gaps"
        )
    return _standardized(deal(table[:, :-1], labels, classes=classes))


def _filled(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with the numbers of their lines."""
    try:
        for place, cells in enumerate(csv.reader(lines), 1):
            if any(cell.strip() for cell in cells):
                yield place, cells
    except csv.Error as error:
        raise ValueError(f"not a CSV file: {error}") from None
    except UnicodeDecodeError:
        raise ValueError("not a CSV file: it is not UTF-8 text") from None


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _is_finite(number: float) -> bool:
    return math.isfinite(number)


def _check(
    numbers: list[float], cells: list[str], rows: list[list[float]], place: str
) -> None:
    """Refuse a row that does not fit."""
    if len(numbers) < 2:
        raise ValueError(f"{place}: a row needs a number and a class, got {cells}")
    if rows and len(numbers) != len(rows[0]):
        raise ValueError(
            f"{place}: rows must be of one length, got {len(numbers)} cells after "
            f"{len(rows[0])}"
        )
    for cell, number in zip(cells, numbers, strict=True):
        if not math.isfinite(number):
            raise ValueError(
                f"{place}: every cell must be a finite number, got {cell!r}"
            )
    if numbers[-1] < 0 or numbers[-1] != int(numbers[-1]):
        raise ValueError(
            f"{place}: the class must be a whole number >= 0, got {cells[-1]!r}"
        )


def _standardized(parts: Parts) -> Parts:
    """Bring each column to mean 0 and deviation 1 over the training part."""
    mean = parts.train.inputs.mean(0)
    deviation = parts.train.inputs.std(0, correction=0)
    scale = torch.where(deviation > 0, deviation, 1.0)

    def of(part: Part) -> Part:
        inputs = ((part.inputs - mean) / scale).float()
        return Part(inputs, part.labels, part.numbers)

    return Parts(of(parts.train), of(parts.validation), of(parts.test), parts.classes)
