"""Plain Python: a function of the update that needs no library."""

from lehr.exporting.functions import python_function
from lehr.schedules import Schedule


def code(schedule: Schedule, name: str) -> str:
    """Return a module with one function, the value that update t uses."""
    return "\n".join(python_function(schedule, name))
