"""The warning that a curve has left what its parameters describe."""


class PastEndWarning(UserWarning):
    """A schedule is used past its end, where it climbs back or turns negative.

    The curve stays the original's. Each scheduler warns once, when it gets there.
    To silence it: `warnings.filterwarnings("ignore", category=PastEndWarning)`.

    >>> import warnings
    >>> from lehr.dropin import PastEndWarning
    >>> issubclass(PastEndWarning, UserWarning)
    True
    """
