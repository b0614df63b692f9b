"""Other libraries' schedulers, configurations and logs as our schedules."""

__all__: list[str] = []
