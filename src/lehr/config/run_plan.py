"""The arithmetic of a run of `lehr train`: what the document says, held to its data."""

from collections.abc import Callable
from typing import Any

from lehr.config.arithmetic import Arithmetic
from lehr.config.errors import Path
from lehr.config.run import RunConfig
from lehr.config.run_data import READ_FROM, BytesData, DataSection
from lehr.config.run_train import LENGTHS
from lehr.config.sections.plan import PlanSection
from lehr.plan import Plan

DatasetSize = Callable[[DataSection], int]

_TO_GET = {
    "fashion-mnist": "apt install dataset-fashion-mnist; or name a folder with the "
    "four files: data.path beside the document, --data DIR anywhere",
}
"""How to come by data that are not there."""


class OutsideError(ValueError):
    """A path of a document leads out of the folder that it may not leave."""


def run_plan(
    said: Arithmetic, dataset_size: DatasetSize, world_size: int | None = None
) -> Plan | None:
    """Return the run's arithmetic, with the size of its data.

    Args:
        said: what the document says; what is wrong is added to its problems.
        dataset_size: how many samples the data have.
        world_size: processes that will train; None if that is not known here.
    """
    data = said.data
    if said.length is None and said.whole and said.document.data.get("train"):
        _refuse_endless(said)
    if data is None or not said.whole or said.problems or said.length is None:
        return None  # told with the whole document, or above
    size = _size(said, data, dataset_size)
    if size is None or not _fits(said, data, size, world_size):
        return None
    facts: dict[str, Any] = {"dataset_size": size}
    if isinstance(data, BytesData):
        facts["sequence_length"] = data.context
    return said.made({**said.values, **facts})


def folded(config: RunConfig, said: Arithmetic, plan: Plan) -> RunConfig:
    """Return the values with what `plan` says told in the words of `train`.

    A batch of `train` is that of all processes together.
    """
    told: dict[str, Any] = dict.fromkeys(LENGTHS)
    if plan.length.unit == "epochs" and not isinstance(plan.length.amount, int):
        told["updates"] = plan.updates  # the trainer counts whole epochs
    else:
        told[plan.length.unit] = plan.length.amount
    told["batch_size"] = plan.batch_size * plan.world_size
    told["accumulation"] = plan.accumulation
    train = config.train.model_copy(update=told)
    rest = PlanSection(drop_last=True) if plan.drop_last else None
    return config.model_copy(update={"plan": rest, "train": train})


def _refuse_endless(said: Arithmetic) -> None:
    train = said.document.data["train"]
    message = "a run needs its length: epochs, updates, samples or tokens"
    if train.get("time") or train.get("until"):
        message += "; time and until may only end it sooner"
    place = "train" if said.document.data.get("plan") is None else "plan"
    said.problems.append(said.document.problem("LH106", message, (place,)))


def _size(said: Arithmetic, data: DataSection, dataset_size: DatasetSize) -> int | None:
    """Return how many samples there are; None with a problem if they are not there."""
    try:
        return dataset_size(data)
    except (ValueError, OSError) as error:
        key = READ_FROM.get(data.kind)
        named = key is not None and getattr(data, key) is not None
        path = ("data", str(key)) if named else ("data",)
        code = "LH110" if isinstance(error, OSError) else "LH122"
        hint = _TO_GET.get(data.kind, "") if isinstance(error, OSError) else ""
        if isinstance(error, OutsideError):
            hint = "what lies elsewhere is named on the command line: --data PATH"
        problem = said.document.problem(code, _reason(error), path, hint)
        said.problems.append(problem)
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"cannot read {error.filename}: {error.strerror.lower()}"
    return str(error)


def _fits(
    said: Arithmetic, data: DataSection, size: int, world_size: int | None
) -> bool:
    """Tell what the document says that the data, or `lehr train`, cannot do."""
    before = len(said.problems)

    def refuse(name: str, message: str, hint: str = "") -> None:
        path: Path = said.paths.get(name, ("plan",))
        code = "LH106" if path[0] == "train" else "LH130"
        said.problems.append(said.document.problem(code, message, path, hint))

    given = said.values
    if given.get("dataset_size", size) != size:
        message = f"dataset_size is {given['dataset_size']}, but there are {size}"
        refuse("dataset_size", f"{message} samples to train on", "leave it out")
    if world_size is not None and given.get("world_size", world_size) != world_size:
        run = "one process runs" if world_size == 1 else f"{world_size} processes run"
        message = f"world_size is {given['world_size']}, but {run}"
        refuse("world_size", message, "start as many, or leave it out")
    if "ramp" in given:
        message = "lehr train keeps one batch size, so it can follow no ramp"
        refuse("ramp", message, "leave it out, or train in a loop of your own")
    by_tokens = said.length == "tokens" or "tok" in str(given.get("length", ""))
    if by_tokens and not isinstance(data, BytesData):
        message = f"tokens are counted for data of kind bytes, not {data.kind}"
        hint = "give the length in epochs, updates or samples"
        refuse(str(said.length), message, hint)
    context = data.context if isinstance(data, BytesData) else None
    if "sequence_length" in given and given["sequence_length"] != context:
        real = f"data.context is {context}" if context else "these data have no tokens"
        message = f"sequence_length is {given['sequence_length']}, but {real}"
        refuse("sequence_length", message, "leave it out")
    return len(said.problems) == before
