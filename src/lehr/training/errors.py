"""Errors that end a run, each with what happened and what to do about it."""


class TrainingError(Exception):
    """A run cannot begin or go on."""


class EmptyDataError(TrainingError, ValueError):
    """There is no batch to train on or to evaluate."""


class NonFiniteError(TrainingError, ArithmeticError):
    """A loss or a gradient is NaN or infinite; the weights are those before it.

    What a forward pass changes, such as the running means of batch norm, has seen it.

    Attributes:
        what: "loss" or "gradient norm".
        value: what it was.
        update: number of the update that was not applied, from 0.
    """

    def __init__(self, what: str, value: float, update: int) -> None:
        super().__init__(
            f"{what} is {value} at update {update}; the update was not applied. Lower "
            "the rate, lengthen the warmup, pass clip_norm=1.0, or look at the batch"
        )
        self.what, self.value, self.update = what, value, update
