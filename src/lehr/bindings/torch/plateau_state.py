"""The saved state of a scheduler that follows a metric: strict JSON, and checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from lehr.bindings.torch.fields import same_number
from lehr.bindings.torch.plateau_cuts import CutField, CutRules, Cuts
from lehr.bindings.torch.state import Json, fingerprint, read_state
from lehr.controllers import PlateauState


def write_plateau_state(state: Json, cuts: Cuts, held: list[float]) -> Json:
    """Return a scheduler's state with what its cuts add to it.

    The planned fields are not under the name that a Scheduler reads, since one that
    read them would lose the cuts.
    """
    planned = state.pop("fields")
    rules = {"given": cuts.given.to_json(), "followed": cuts.followed.to_json()}
    return {
        **state,
        "fingerprint": fingerprint({"planned": planned, "plateau": rules}),
        "planned": planned,
        "plateau": rules,
        "memory": cuts.memory.to_dict(),
        "held": held,
    }


@dataclass(frozen=True)
class SavedPlateau:
    """A state that was read and found whole.

    Args:
        inner: what is left of it for a Scheduler.
        planned: the planned fields.
        given: the cuts as they were configured.
        followed: the cuts as a loaded state had changed them.
        memory: what the controller remembered.
        held: what each group held.
    """

    inner: Json
    planned: Json
    given: CutRules
    followed: CutRules
    memory: PlateauState
    held: list[float]

    @classmethod
    def of(cls, state: Any) -> "SavedPlateau":
        """Check a saved state.

        Raises:
            TypeError: it is not a mapping.
            ValueError: it is another scheduler's, or damaged.
        """
        if not isinstance(state, Mapping) or "plateau" not in state:
            _refuse_others(state)
        try:
            planned = {name: dict(field) for name, field in state["planned"].items()}
            rules = state["plateau"]
            found = fingerprint({"planned": planned, "plateau": rules})
            noted = state["fingerprint"]
            inner = {**state, "fields": planned, "fingerprint": fingerprint(planned)}
            saved = cls(
                inner,
                planned,
                CutRules.from_json(rules["given"]),
                CutRules.from_json(rules["followed"]),
                PlateauState.from_dict(state["memory"]),
                [float(value) for value in state["held"]],
            )
        except KeyError as error:
            raise ValueError(f"the state is incomplete: {error} is missing") from error
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"the state is damaged: {error}") from error
        if found != noted:
            raise ValueError(
                f"the state is damaged: its configuration has fingerprint "
                f"{found[:12]}, but {str(noted)[:12]} was saved with it"
            )
        return saved

    def differs(self, given: CutRules) -> bool:
        """Tell whether `given` is neither what was given nor what was followed."""
        return given not in (self.given, self.followed)

    def starts(self, bound: CutField) -> list[float]:
        """Return the starting values of the groups.

        An optimizer that was loaded first holds the values of the run, which are not
        the ones that it began with.
        """
        bases = self.planned[bound.name].get("bases") or bound.captured
        known = dict(enumerate(zip(self.held, bases, strict=False)))
        starts = []
        for index, own in enumerate(bound.captured):
            held, base = known.get(index, (math.nan, own))
            starts.append(base if same_number(own, held) else own)
        return starts


def _refuse_others(state: Any) -> NoReturn:
    if isinstance(state, Mapping) and "num_bad_epochs" in state:
        raise ValueError(
            "this is the state of torch's ReduceLROnPlateau, which does not say how "
            "often it has cut; build the scheduler anew on an optimizer with today's "
            "rates"
        )
    read_state(state)
    raise ValueError(
        "this is the state of a Scheduler, which follows no metric; load it into one"
    )


def difference(name: str, saved: CutRules, given: CutRules) -> str:
    """Return the message that two configurations of cuts differ."""
    return (
        f"the saved state has another configuration than this scheduler:\n"
        f"  the cuts of {name}:\n    saved: {saved}\n    now:   {given}\n"
        "  build the scheduler as it was, or say what to do with "
        'load_state_dict(state, on_change=...): "keep" the saved one or "override" it '
        "with the new one"
    )
