"""The schedule behind a logged curve."""

__all__: list[str] = []
