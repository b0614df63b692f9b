"""Pictures of schedules: in the terminal, as SVG, by matplotlib."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.plotting.fields import draw_fields, draw_fields_svg, plot_fields
    from lehr.plotting.figure import plot, plot_points, plot_run
    from lehr.plotting.lr_schedule import plot_lr_schedule, plot_paper_scheduler
    from lehr.plotting.sparks import sparkline
    from lehr.plotting.svg import draw_svg
    from lehr.plotting.terminal import draw, draw_points

__all__ = [
    "draw",
    "draw_fields",
    "draw_fields_svg",
    "draw_points",
    "draw_svg",
    "plot",
    "plot_fields",
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
    "draw_fields": "fields",
    "draw_fields_svg": "fields",
    "plot_fields": "fields",
    "plot": "figure",
    "plot_points": "figure",
    "plot_run": "figure",
    "plot_lr_schedule": "lr_schedule",
    "plot_paper_scheduler": "lr_schedule",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOMES.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
