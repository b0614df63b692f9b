"""The schedule behind a logged curve."""

from lehr.recognition.finding import Recognition, recognize

__all__ = ["Recognition", "recognize"]
