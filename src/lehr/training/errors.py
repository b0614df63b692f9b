"""Errors that end a run, each with what happened and what to do about it."""


class TrainingError(Exception):
    """A run cannot begin or go on."""


class EmptyDataError(TrainingError, ValueError):
    """There is no batch to train on or to evaluate."""


class ChangedRunError(TrainingError, ValueError):
    """A checkpoint is of a run that was built otherwise; nothing of it was loaded.

    Attributes:
        changes: what differs, one line for each.
    """

    def __init__(self, changes: list[str], *, acceptable: bool) -> None:
        hint = (
            "build the run as it was, or go on with these: fit(..., on_change='accept')"
            if acceptable
            else "build the run as it was; for a new run from old weights there is "
            "load_weights(model, path)"
        )
        lines = [f"  {change}" for change in changes]
        super().__init__(
            "\n".join(
                ["the checkpoint is of a run that was built otherwise:", *lines, hint]
            )
        )
        self.changes = changes


class NonFiniteError(TrainingError, ArithmeticError):
    """A loss or a gradient is NaN or infinite; the weights are those before it.

    What a forward pass changes, such as the running means of batch norm, has seen it.

    Attributes:
        what: "loss" or "gradient norm".
        value: what it was.
        update: number of the update that was not applied, from 0.
        parameters: names of those whose gradients hold NaN or infinities, if known.
    """

    def __init__(
        self, what: str, value: float, update: int, parameters: tuple[str, ...] = ()
    ) -> None:
        shown = ", ".join(parameters[:3]) + (", ..." if parameters[3:] else "")
        where = f" (in {shown})" if parameters else ""
        super().__init__(
            f"{what} is {value} at update {update}{where}; the update was not applied. "
            "Lower the rate, lengthen the warmup, pass clip_norm=1.0, or look at the "
            "batch"
        )
        self.what, self.value, self.update = what, value, update
        self.parameters = parameters


class LossSpikeError(TrainingError, ArithmeticError):
    """The loss is far above what was usual, and the run cannot be taken back.

    Attributes:
        value: the loss.
        usual: the median of those before it.
        update: number of the update, from 0; it was applied.
    """

    def __init__(self, value: float, usual: float, update: int) -> None:
        super().__init__(
            f"loss is {value:.6g} at update {update}, where {usual:.6g} was usual. "
            "Lower the rate, lengthen the warmup, pass clip_norm=1.0, or look at the "
            "data"
        )
        self.value, self.usual, self.update = value, usual, update


class RankLostError(TrainingError, RuntimeError):
    """Another process of a run is gone, hangs, or failed; this one cannot go on.

    Attributes:
        missing: numbers of the ranks that do not answer: dead, or hanging.
        failed: (number, message) of the ranks that ended by an error of their own.
    """

    def __init__(
        self,
        missing: tuple[int, ...],
        failed: tuple[tuple[int, str], ...],
        host: str | None,
        cause: BaseException,
    ) -> None:
        told = [f"rank {rank} failed ({why})" for rank, why in failed]
        if missing:
            numbers = ", ".join(map(str, missing))
            does = "ranks {} do" if missing[1:] else "rank {} does"
            told.append(f"{does.format(numbers)} not answer: dead, or hanging")
        if host is not None:
            told.append(f"the host of the store is gone: {host or 'rank 0'}")
        what = "; ".join(told) or "all ranks answer, but they did not come together"
        # Gloo's messages go on with advice that helps nobody.
        first = str(cause).strip().partition("\n")[0].partition(". ")[0]
        super().__init__(
            f"{what}. Start again with resume='auto': the run goes on from its newest "
            f"checkpoint. ({first})"
        )
        self.missing, self.failed = missing, failed
