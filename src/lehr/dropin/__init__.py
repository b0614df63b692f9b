"""Schedulers with the names, signatures and states of other libraries'."""

__all__: list[str] = []
