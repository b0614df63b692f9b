"""The contract of a scheduler, under the name that the packaging document gives it."""

from lehr.training.schedulers.base import LRScheduler

__all__ = ["LRScheduler"]
