"""Pickles that do harm when they are loaded, and what they would leave behind."""

import functools
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import torch

RECONSTRUCT = np._core.multiarray._reconstruct


class Does:
    """Pickled as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def exploits(mark):
    """Return pickles by name; each makes the file `mark`, or claims memory."""
    shell, python = f"touch {mark}", f"open({str(mark)!r}, 'w').close()"
    inner = pickle.dumps(Does(os.system, shell))
    text = shell.encode()
    return {
        "os.system": inner,
        "builtins.eval": pickle.dumps(Does(eval, python)),
        "builtins.exec": pickle.dumps(Does(exec, python)),
        "getattr chain": b"c__builtin__\ngetattr\n(c__builtin__\n__import__\n(S'os'\n"
        b"tRS'system'\ntR(S'" + text + b"'\ntR.",
        "load from bytes": pickle.dumps(Does(torch.storage._load_from_bytes, inner)),
        "numpy reconstruct": pickle.dumps(
            [
                np.arange(3),
                Does(RECONSTRUCT, np.ndarray, (0,), b"b"),
            ]
        )
        + inner,
        "numpy of objects": np.array([Does(os.system, shell)], dtype=object).dumps(),
        "functools.partial": pickle.dumps(Does(functools.partial(os.system, shell))),
        "nested GLOBAL": b"cos\nsystem\n(S'" + text + b"'\ntR.",
        "STACK_GLOBAL": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c"
        + bytes([len(text)])
        + text
        + b"\x85R.",
        "allowed class": pickle.dumps(Does(torch._utils._rebuild_parameter, None, 1, 2))
        + inner,
        "map": pickle.dumps(Does(list, Does(map, os.system, [shell]))),
        "OBJ": b"(cos\nsystem\nS'" + text + b"'\no.",
        "INST": b"(S'" + text + b"'\nios\nsystem\n.",
        "LONG4": b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b"1.",
        "FRAME": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + inner[2:],
        "BINBYTES8": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"1.",
        "torch.save": _saved(Does(os.system, shell), Path(mark).with_suffix(".pt")),
    }


def _saved(value, path):
    torch.save(value, path)
    data = path.read_bytes()
    path.unlink()
    return data
