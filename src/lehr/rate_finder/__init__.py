"""A learning-rate range test that leaves everything as it was."""

__all__: list[str] = []
