"""Names in pictures: without control characters, measured, cut to their room."""

from unicodedata import combining, east_asian_width


def printable(text: str) -> str:
    """Return a text on one line, without what would steer a terminal or break XML.

    >>> printable("red: " + chr(27) + "[31m")
    'red: [31m'
    """
    spaced = "".join(" " if c.isspace() else c for c in text)
    return "".join(c for c in spaced if c.isprintable())


def columns(text: str) -> int:
    """Return how many columns a text takes: wide characters two, accents none.

    >>> columns("lr"), columns("学习率"), columns("x" + chr(0x301))
    (2, 6, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def shortened(text: str, room: int) -> str:
    """Return a text of at most `room` columns; a longer one ends in dots.

    >>> shortened("warmup_cosine", 13), shortened("warmup_cosine", 9)
    ('warmup_cosine', 'warmup...')
    """
    if columns(text) <= room:
        return text
    while text and columns(text) > max(room - 3, 1):
        text = text[:-1]
    return text + "..."


def padded(text: str, room: int) -> str:
    """Return a text with spaces behind it, `room` columns wide.

    >>> padded("学", 4) + "|"
    '学  |'
    """
    return text + " " * (room - columns(text))
