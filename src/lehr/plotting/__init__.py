"""Pictures of schedules: in the terminal, as SVG, by matplotlib."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lehr.plotting.figure import plot, plot_points, plot_run
    from lehr.plotting.lr_schedule import plot_lr_schedule, plot_paper_scheduler
    from lehr.plotting.sparks import sparkline
    from lehr.plotting.svg import draw_svg
    from lehr.plotting.terminal import draw, draw_points

__all__ = [
    "draw",
    "draw_points",
    "draw_svg",
    "plot",
    "plot_lr_schedule",
    "plot_paper_scheduler",
    "plot_points",
    "plot_run",
    "sparkline",
]

_HOMES = {
    "draw": "terminal",
    "draw_points": "terminal",
    "sparkline": "sparks",
    "draw_svg": "svg",
    "plot": "figure",
    "plot_points": "figure",
    "plot_run": "figure",
    "plot_lr_schedule": "lr_schedule",
    "plot_paper_scheduler": "lr_schedule",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
