"""A schedule as a function, for each kind of number."""

from lehr.exporting.printing import body
from lehr.exporting.tracing import traced
from lehr.exporting.words import PYTHON
from lehr.schedules import Schedule


def python_function(schedule: Schedule, name: str = "schedule") -> list[str]:
    """Return the lines of a Python function of t, the update, which needs no library.

    Raises:
        CannotExport: the schedule holds what no code can carry.
    """
    value = traced(schedule)
    lines = body(value, PYTHON)
    code = [f"def {name}(t):", *(f"    {line}" for line in lines)]
    text = "\n".join(code)
    imports = [m for m in ("bisect", "math") if f"{m}." in text]
    return [*(f"import {m}" for m in imports), *([""] * 2 if imports else []), *code]
