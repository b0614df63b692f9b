"""Loggers: where records are kept. The contract is in `base.py`."""

from lehr.training.loggers.base import Logger, Record
from lehr.training.loggers.csv import Csv
from lehr.training.loggers.jsonl import JsonLines, read_json_lines
from lehr.training.loggers.printer import Printer

__all__ = ["Csv", "JsonLines", "Logger", "Printer", "Record", "read_json_lines"]
