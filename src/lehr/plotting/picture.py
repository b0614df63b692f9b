"""A figure that no window shows, and that a notebook displays by itself."""

import io

from matplotlib.figure import Figure


class Picture(Figure):
    """A figure of matplotlib that pyplot does not know, so nothing has to be closed.

    Notebooks display pyplot's figures only, and only once pyplot is in use; this one
    carries its own way to be displayed.
    """

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png")
        return out.getvalue()
