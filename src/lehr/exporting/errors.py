"""The refusal of a target that cannot express a schedule."""


class CannotExport(ValueError):
    """The target has no words for this schedule; the message says which part, and why.

    >>> raise CannotExport("it holds Noise")
    Traceback (most recent call last):
    lehr.exporting.errors.CannotExport: it holds Noise
    """
