"""Another plan for a run that goes on: extended, cooled down, warmed up again."""

from lehr.replanning.difference import Difference, diff
from lehr.replanning.extending import extend
from lehr.replanning.rewarming import rewarm

__all__ = ["Difference", "diff", "extend", "rewarm"]
