"""Records as lines on standard output, for people."""

from typing import Any

from lehr.training.loggers.base import Logger, Record

COUNTS = ("update", "epoch")


class Printer(Logger):
    """Prints a line per record; updates and epochs count from 1, as people do.

    >>> Printer().log({"update": 49, "epoch": 0, "loss": 0.31415926, "lr": 0.001})
    update 50  epoch 1  loss 0.3142  lr 0.001
    """

    def open(self, updates: int) -> None:
        """Do nothing: what was printed stays."""

    def log(self, record: Record) -> None:
        """Print the line."""
        counts = [f"{name} {record[name] + 1}" for name in COUNTS if name in record]
        values = [f"{n} {_text(v)}" for n, v in record.items() if n not in COUNTS]
        print("  ".join(counts + values), flush=True)

    def __repr__(self) -> str:
        return "Printer()"


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
