"""Loggers: where records are kept. The contract is in `base.py`."""

from lehr.training.loggers.base import Logger, Record
from lehr.training.loggers.csv import Csv
from lehr.training.loggers.jsonl import JsonLines, read_json_lines
from lehr.training.loggers.mlflow import Mlflow
from lehr.training.loggers.printer import Printer
from lehr.training.loggers.store import RunStore
from lehr.training.loggers.stored import StoredRun, find_runs, read_run
from lehr.training.loggers.tensorboard import TensorBoard
from lehr.training.loggers.trackio import Trackio
from lehr.training.loggers.wandb import Wandb

__all__ = [
    "Csv",
    "JsonLines",
    "Logger",
    "Mlflow",
    "Printer",
    "Record",
    "RunStore",
    "StoredRun",
    "TensorBoard",
    "Trackio",
    "Wandb",
    "find_runs",
    "read_json_lines",
    "read_run",
]
