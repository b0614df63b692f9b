"""The switch of all drop-ins: the original where it contradicts its own docs."""

from lehr._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_on = False


class Exact:
    """An `exact()` that has been called; as a context manager it is taken back."""

    __slots__ = ("_before",)

    def __init__(self, enabled: bool) -> None:
        global _on
        self._before = _on
        _on = enabled

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: "BaseException | None",
        trace: "TracebackType | None",
    ) -> None:
        global _on
        _on = self._before


def exact(enabled: bool = True) -> Exact:
    """Give the originals' curves also where they contradict their documentation.

    It holds for all drop-in schedulers that are built from now on, in all threads; as
    a context manager, for those that are built inside it. A scheduler that is given
    `exact=` itself follows that.

    Args:
        enabled: False gives the documented meaning again.

    >>> from lehr.dropin import exact, is_exact
    >>> with exact():
    ...     is_exact()
    True
    >>> is_exact()
    False
    """
    return Exact(bool(enabled))


def is_exact() -> bool:
    """Return whether a scheduler that is built now is exact unless it says otherwise.

    >>> is_exact()
    False
    """
    return _on
