"""Schedules on a framework's optimizer; each framework has its own module."""
