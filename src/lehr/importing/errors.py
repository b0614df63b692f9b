"""The refusal of what cannot be known from another library's object or file."""


class CannotImport(ValueError):
    """No schedule follows from what was given; the message says what is missing.

    >>> raise CannotImport("it follows a metric")
    Traceback (most recent call last):
    lehr.importing.errors.CannotImport: it follows a metric
    """
