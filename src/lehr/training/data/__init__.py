"""Data for training: resumable loaders, and data sets that need no download."""

from lehr.training.data.dataset import DatasetLoader
from lehr.training.data.digits import read_digits, shift_and_turn
from lehr.training.data.draws import Draws, sample_rng
from lehr.training.data.fashion import read_fashion_mnist, read_idx
from lehr.training.data.loader import Loader, Transform
from lehr.training.data.parts import Part, Parts
from lehr.training.data.stream import StreamLoader
from lehr.training.data.synthetic import make_classes, make_regression
from lehr.training.data.table import read_table
from lehr.training.data.text import Text, byte_windows, next_byte, read_bytes

__all__ = [
    "DatasetLoader",
    "Draws",
    "Loader",
    "Part",
    "Parts",
    "StreamLoader",
    "Text",
    "Transform",
    "byte_windows",
    "make_classes",
    "make_regression",
    "next_byte",
    "read_bytes",
    "read_digits",
    "read_fashion_mnist",
    "read_idx",
    "read_table",
    "sample_rng",
    "shift_and_turn",
]
