"""Documents that are wrong in one place, wherever that is."""

import copy

from hypothesis import settings
from hypothesis import strategies as st

# A fifth of what a profile says: JSON Schema tries every kind on every value.
FEWER = settings(max_examples=settings().max_examples // 5)
HALF = settings(max_examples=settings().max_examples // 2)


def places(value, path=()):
    """The path of every mapping, and of every value in one."""
    for key, each in value.items() if isinstance(value, dict) else ():
        yield (*path, key)
        yield from places(each, (*path, key))


def broken(value, data, where=()):
    """The value with one thing in it that is wrong wherever it stands."""
    made = copy.deepcopy(value)
    path = data.draw(st.sampled_from(list(places(made))))
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    kind = data.draw(st.sampled_from(["type", "unknown", "missing", "kind"]))
    if kind == "unknown":
        inner["no_such_key"] = 1
    elif kind == "missing" and "kind" in inner:
        del inner["kind"]
    elif kind == "kind" and "kind" in inner:
        inner["kind"] = "nothing"
    else:
        inner[path[-1]] = data.draw(st.sampled_from([[True], {"x": {}}, [[]]]))
    return made
