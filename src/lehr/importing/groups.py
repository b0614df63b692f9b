"""One schedule out of those of several param groups."""

from collections.abc import Callable

from lehr import _checks
from lehr.importing.errors import CannotImport
from lehr.schedules import Schedule


def one_of(curve: Callable[[int], Schedule], count: int, group: int | None) -> Schedule:
    """Return the schedule of a group; of no named one, the one that all have.

    Args:
        curve: from a group's number to its schedule.
        count: how many groups there are.
        group: which; None for all.

    Raises:
        CannotImport: they differ, and none is named.
        ValueError: there is no such group.
    """
    if group is not None:
        index = _checks.count("group", group)
        if index >= count:
            raise ValueError(f"group must be < {count}, the groups, got {group!r}")
        return curve(index)
    first, *others = (curve(index) for index in range(count))
    for index, other in enumerate(others, 1):
        # A Function equals itself only; two of the same function read alike.
        if first != other and repr(first) != repr(other):
            raise CannotImport(
                f"the param groups have different schedules: group 0 has {first!r}, "
                f"group {index} {other!r}; name one, as in group=0"
            )
    return first
