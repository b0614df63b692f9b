"""The recipes in the package: each a document with its title and its source on top."""

import math
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lehr.config.errors import suggest

if TYPE_CHECKING:
    from lehr.config.configuration import Config
    from lehr.schedules import Schedule

_HEADER = re.compile(r"((?:# [^\n]*\n)+)")


@dataclass(frozen=True)
class Preset:
    """A published recipe as a document.

    Args:
        name: what it is called here, such as "gpt3-175b".
        title: one line.
        source: who published it, and where.
        notes: what the source leaves open, and how it was decided; may be empty.
        text: the document, YAML, with all of this as its first comment.

    >>> from lehr.presets import preset
    >>> preset("bert-base").source.split(", ")[-2:]
    ['arXiv:1810.04805', 'Appendix A.2']
    >>> preset("bert-base").config.schedules["lr"](10_000)
    0.0001
    """

    name: str
    title: str
    source: str
    notes: str
    text: str

    @property
    def config(self) -> "Config":
        """The document as objects: its schedules and its plan."""
        from lehr.config.configuration import read_config
        from lehr.config.documents import parse_document

        return read_config(parse_document(self.text, source=f"preset:{self.name}"))

    def facts(self) -> dict[str, Any]:
        """Return the numbers that the recipe comes to.

        `updates`, `samples` and `tokens` of the run (None where nothing says), an
        update's `batch` in samples; of the rate `peak`, `first` and `final`, the
        `warmup` in updates, the `area` in updates times rate, and `mean`.
        """
        config = self.config
        plan, rate = config.plan, config.schedules["lr"]
        if plan is None:
            raise ValueError(f"the document of {self.name} has no plan")
        end = plan.updates
        area = rate.area(0, end)
        return {
            "updates": end,
            "samples": plan.samples,
            "tokens": plan.tokens,
            "batch": plan.samples_per_update,
            "peak": rate.maximum,
            "first": rate(0),
            "final": rate(end - 1),
            "warmup": _warmup(rate, end),
            "area": area,
            "mean": area / end,
        }


def _warmup(rate: "Schedule", end: int) -> int:
    """Return the updates before the rate first has its peak; 0 if it begins there."""
    for phase in rate.phases:
        if phase.start_value >= rate.maximum:
            return round(phase.begin)
        if phase.end_value >= rate.maximum:
            return round(phase.end) if phase.end < math.inf else end
    return 0


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of all recipes, sorted.

    >>> from lehr.presets import preset_names
    >>> {"gpt3-175b", "resnet-50", "minicpm-2.4b"} <= set(preset_names())
    True
    """
    found = files("lehr.presets").joinpath("documents").iterdir()
    return tuple(
        sorted(f.name.removesuffix(".yaml") for f in found if f.name.endswith(".yaml"))
    )


def preset(name: str) -> Preset:
    """Return a recipe by its name.

    Raises:
        ValueError: there is none of this name; the nearest one is named.

    >>> from lehr.presets import preset
    >>> preset("gpt3-175b").title
    'GPT-3 175B: cosine to 10 % over most of the run, then held'
    """
    if name not in preset_names():
        raise ValueError(f'unknown preset "{name}"; {suggest(name, preset_names())}')
    file = files("lehr.presets").joinpath("documents", f"{name}.yaml")
    text = file.read_text(encoding="utf-8")
    header = _HEADER.match(text)
    lines = header[1].splitlines() if header else []
    title, source, *notes = (line.removeprefix("# ") for line in lines)
    return Preset(name, title, source.removeprefix("Source: "), " ".join(notes), text)
