"""A warmup and one decay."""

from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.cosine import Cosine
from lehr.schedules.linear import Linear
from lehr.schedules.recipes.lengths import lengths, rise, values


def warmup_cosine(
    peak: float,
    *,
    warmup: int,
    total: int,
    floor: float = 0.0,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then fall along a cosine to `floor`.

    Args:
        peak: highest value, at update `warmup`.
        warmup: length of the rise in updates, >= 0.
        total: update at which `floor` is reached and from which it is held. Where it
            equals `warmup`, there is no fall, and the peak is held.
        floor: last value.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `warmup` exceeds
            `total`.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5; Goyal et al.,
        2017, arXiv:1706.02677, section 2.2 (warmup).

    >>> lr = warmup_cosine(1.0, warmup=4, total=10)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 7, 10, 10**9)]
    [0.2, 0.4, 1.0, 0.5, 0.0, 0.0]
    """
    warmup, total = lengths(warmup=warmup, total=total)
    peak, floor = values(peak=peak, floor=floor)
    return Chain((rise(peak, warmup, start), Cosine(peak, floor, total - warmup)))


def warmup_linear(
    peak: float,
    *,
    warmup: int,
    total: int,
    floor: float = 0.0,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then fall in a straight line to `floor`.

    Args, errors: as `warmup_cosine`.

    Source: Devlin et al., BERT, 2018, arXiv:1810.04805, appendix A.2.

    >>> lr = warmup_linear(1.0, warmup=4, total=14)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 9, 14, 10**9)]
    [0.2, 0.4, 1.0, 0.5, 0.0, 0.0]
    """
    warmup, total = lengths(warmup=warmup, total=total)
    peak, floor = values(peak=peak, floor=floor)
    return Chain((rise(peak, warmup, start), Linear(peak, floor, total - warmup)))


def warmup_constant(
    peak: float,
    *,
    warmup: int,
    total: int | None = None,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then hold it.

    Args:
        peak: value from update `warmup` on.
        warmup: length of the rise in updates, >= 0.
        total: length of the run, where something is chained behind it.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `warmup` exceeds
            `total`.

    Source: Goyal et al., 2017, arXiv:1706.02677, section 2.2.

    >>> lr = warmup_constant(1.0, warmup=4)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 10**9)]
    [0.2, 0.4, 1.0, 1.0]
    """
    (peak,) = values(peak=peak)
    if total is None:
        (warmup,) = lengths(warmup=warmup)
        return Chain((rise(peak, warmup, start), Constant(peak)))
    warmup, total = lengths(warmup=warmup, total=total)
    return Chain((rise(peak, warmup, start), Constant(peak, total - warmup)))
