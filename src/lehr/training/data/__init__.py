"""Data for training: a resumable loader, the digits of the package, tables in files."""

from lehr.training.data.digits import read_digits, shift_and_turn
from lehr.training.data.draws import Draws
from lehr.training.data.loader import Loader, Transform
from lehr.training.data.parts import Part, Parts
from lehr.training.data.table import read_table

__all__ = [
    "Draws",
    "Loader",
    "Part",
    "Parts",
    "Transform",
    "read_digits",
    "read_table",
    "shift_and_turn",
]
