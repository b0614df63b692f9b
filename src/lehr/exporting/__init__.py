"""A schedule as code or configuration of another library."""

__all__: list[str] = []
