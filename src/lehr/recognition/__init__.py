"""The schedule behind a logged curve."""

from lehr.recognition.recognize import Recognition, recognize

__all__ = ["Recognition", "recognize"]
