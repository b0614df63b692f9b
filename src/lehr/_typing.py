"""Names for annotations, without the 5 to 9 ms that importing `typing` costs."""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import TypeVar
    from typing import overload as overload

    ArrayT = TypeVar("ArrayT")
else:
    Any = ArrayT = object

    def overload(function: Any) -> Any:
        """Mark one of several signatures; at run time the last one counts."""
        return function
