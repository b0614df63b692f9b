"""How each kind of code says what has no operator: Python, JAX, Keras."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How a kind of code says what has no operator.

    Args:
        function: the call of an elementary function, such as `math.{name}`.
        where: with fields condition, yes, no.
        minimum: with fields x and y; maximum likewise.
        maximum: as minimum.
        take: with fields values, index (a whole number) and last, the last index.
        whole: of a number that is whole: the same as an integer.
        search: how many of the sorted `values` are <= `x`.
        lazy: whether `where` evaluates only what it returns.
    """

    function: str
    where: str
    minimum: str
    maximum: str
    take: str
    whole: str
    search: str
    lazy: bool = False


PYTHON = Words(
    "math.{name}({x})",
    "{yes} if {condition} else {no}",
    "min({x}, {y})",
    "max({x}, {y})",
    "{values}[{index}]",
    "int({x})",
    "bisect.bisect_right({values}, {x})",
    lazy=True,
)
JAX = Words(
    "jnp.{name}({x})",
    "jnp.where({condition}, {yes}, {no})",
    "jnp.minimum({x}, {y})",
    "jnp.maximum({x}, {y})",
    "jnp.asarray({values})[{index}]",
    "jnp.asarray({x}, int)",
    'jnp.searchsorted(jnp.asarray({values}), {x}, side="right")',
)
KERAS = Words(
    "ops.{name}({x})",
    "ops.where({condition}, {yes}, {no})",
    "ops.minimum({x}, {y})",
    "ops.maximum({x}, {y})",
    # In a branch that `where` leaves, the index may lie outside, and torch raises.
    "ops.take(ops.array({values}), ops.clip({index}, 0, {last}))",
    'ops.cast({x}, "int32")',
    "ops.searchsorted(ops.array({values}, dtype=t.dtype), ops.expand_dims({x}, 0), "
    'side="right")[0]',
)
