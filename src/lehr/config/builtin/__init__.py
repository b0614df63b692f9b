"""The run documents in the package: to train, to begin from, to read."""

BUILT_IN = ("digits", "fashion-mnist", "bytes", "synthetic")
"""Their names; the first is what `lehr train` uses where none is named."""


def default_text(name: str = BUILT_IN[0]) -> str:
    """Return the text of a built-in document.

    Raises:
        ValueError: there is none of this name.

    >>> default_text("bytes").splitlines()[0]
    '# A run of `lehr train`: a small transformer learns to write Python, in a minute.'
    """
    from importlib.resources import (
        files,
    )  # late: the help of a command needs names only

    from lehr._checks import choice

    choice("name", name, BUILT_IN)
    return files(__name__).joinpath(f"{name}.yaml").read_text("utf-8")
