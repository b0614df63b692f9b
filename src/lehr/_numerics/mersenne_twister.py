"""The numbers of `torch.Generator` on a CPU, without torch.

torch seeds the Mersenne Twister with the low 32 bits of the seed. `torch.randn(1)`
makes two normal numbers of two uniform ones of 53 bits, rounds the first to float32,
and hands out the second at the next call; `torch.rand(1)` is the low 24 bits of a word.

Source: Matsumoto and Nishimura, Mersenne Twister, 1998, doi:10.1145/272991.272995
    (init_genrand of the 2002 version); Box and Muller, A Note on the Generation of
    Random Normal Deviates, 1958, doi:10.1214/aoms/1177706645.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from struct import Struct

_WORDS = 624
_MASK = 0xFFFFFFFF
_FLOAT32 = Struct("f")


def uniform(seed: int) -> float:
    """Return what `torch.rand(1)` gives first after `manual_seed(seed)`."""
    return (_seeded(seed).getrandbits(32) & 0xFFFFFF) * 2.0**-24


@lru_cache(maxsize=4096)
def normal(seed: int, limit: float = math.inf) -> float:
    """Return the first of the numbers of `torch.randn(1)` that is within `limit`."""
    return next(z for z in normals(seed) if abs(z) < limit)


def normals(seed: int) -> Iterator[float]:
    """Yield what `torch.randn(1)` gives again and again after `manual_seed(seed)`."""
    generator = _seeded(seed)
    while True:
        angle = 2.0 * math.pi * _of_53_bits(generator)
        radius = math.sqrt(-2.0 * math.log1p(-_of_53_bits(generator)))
        yield _to_float32(radius * math.cos(angle))
        yield _to_float32(radius * math.sin(angle))


def _seeded(seed: int) -> Random:
    word = seed & _MASK
    words = [word]
    for i in range(1, _WORDS):
        word = (1812433253 * (word ^ (word >> 30)) + i) & _MASK
        words.append(word)
    generator = Random()
    generator.setstate((3, (*words, _WORDS), None))
    return generator


def _of_53_bits(generator: Random) -> float:
    high = generator.getrandbits(32)
    return ((high << 32 | generator.getrandbits(32)) & (2**53 - 1)) * 2.0**-53


def _to_float32(x: float) -> float:
    rounded: float = _FLOAT32.unpack(_FLOAT32.pack(x))[0]
    return rounded
