"""Parameters of a library that is not installed, as its own code declares them."""

import inspect
import json
from pathlib import Path

from lehr.dialects import schedulers

GOLDEN = Path(__file__).parents[1] / "agreement" / "golden"


def differences(library, added=()):
    """Return each parameter whose name, place or default is not the library's.

    `added` are the parameters that only we have: what the library knows from elsewhere.
    """
    theirs = json.loads((GOLDEN / f"{library}.json").read_text())["signatures"]
    table, found = schedulers(library), []
    for name, declared in theirs.items():
        function = table[name].curve or table[name].metric_driven
        ours = {
            p.name: "required" if p.default is p.empty else p.default
            for p in inspect.signature(function).parameters.values()
            if p.name not in {"base", *added}
        }
        if list(ours) != list(declared):
            found.append((name, list(ours), list(declared)))
        for parameter, default in declared.items():
            own = ours.get(parameter)
            if (list(own) if isinstance(own, tuple) else own) != default:
                found.append((name, parameter, own, default))
    return found
