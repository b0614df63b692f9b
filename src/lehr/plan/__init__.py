"""One run's arithmetic: updates, samples, tokens and epochs, before anything runs."""

from lehr.plan.durations import Duration
from lehr.plan.plan import Plan
from lehr.plan.position import Position
from lehr.plan.ramps import BatchRamp
from lehr.plan.table import Milestone, milestones

__all__ = ["BatchRamp", "Duration", "Milestone", "Plan", "Position", "milestones"]
