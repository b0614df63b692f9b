"""Feedback on a metric, as pure functions: (state, metric) -> (state, verdict)."""

from lehr.controllers.base import Controller, State
from lehr.controllers.plateau import Plateau, PlateauState, PlateauVerdict
from lehr.controllers.stopper import Stopper, StopperState, StopperVerdict

__all__ = [
    "Controller",
    "Plateau",
    "PlateauState",
    "PlateauVerdict",
    "State",
    "Stopper",
    "StopperState",
    "StopperVerdict",
]
