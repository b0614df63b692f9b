"""Plan: how many updates a run has, and where it is after each of them."""

from dataclasses import dataclass, fields
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from lehr._checks import length as length_of
from lehr.plan.arguments import one_length, optional, require_possible
from lehr.plan.durations import Duration
from lehr.plan.exact import ceil_div, decimal, whole
from lehr.plan.position import Position
from lehr.plan.ramps import BatchRamp
from lehr.plan.stages import Stages

if TYPE_CHECKING:
    from lehr.schedules import Schedule


@dataclass(frozen=True, init=False, repr=False)
class Plan:
    """One run's arithmetic, in exact whole numbers.

    With b = batch_size, a = accumulation, w = world_size, an update takes S = b a w
    samples. An epoch of N = dataset_size samples has m = ceil(N / (b w)) micro-batches
    per process, or floor if `drop_last`; the last of them may be smaller, and samples
    that ranks repeat to stay in step are not counted. It has ceil(m / a) updates: its
    tail is a window of its own size, and no window spans two epochs.

    The run has the fewest updates that reach the length given: by whole or broken
    epochs, updates, samples or tokens. A ramp replaces S by its own sizes at first.

    Args:
        dataset_size: samples in one epoch; None if unknown or endless.
        batch_size: samples of one micro-batch of one process.
        accumulation: micro-batches of one update, per process.
        world_size: processes that each take their own micro-batches.
        drop_last: whether the samples that fill no micro-batch are left out.
        sequence_length: tokens of one sample.
        epochs: length of the run in epochs; needs dataset_size.
        updates: length of the run in optimizer updates.
        samples: length of the run in samples.
        tokens: length of the run in tokens; needs sequence_length.
        length: length of the run as a duration, such as "3ep" or "1.5Btok".
        ramp: samples per update while the batch grows; each a multiple of b w.

    Raises:
        ValueError: not exactly one length; a number out of range; an epoch without a
            batch; a ramp's size that the processes cannot share.

    >>> plan = Plan(dataset_size=1_437, batch_size=32, accumulation=2, epochs=20)
    >>> plan.updates_per_epoch, plan.updates, plan.samples
    (23, 460, 28740)
    >>> plan.resolve("5%"), plan.resolve("3ep"), plan.resolve("1k samples")
    (23, 69, 16)
    >>> plan.at(23)
    Position(updates=23, micro_batches=45, samples=1437, tokens=None, epochs=1.0)
    """

    batch_size: int
    length: Duration
    dataset_size: int | None = None
    accumulation: int = 1
    world_size: int = 1
    drop_last: bool = False
    sequence_length: int | None = None
    ramp: BatchRamp | None = None

    def __init__(
        self,
        *,
        batch_size: int,
        dataset_size: int | None = None,
        accumulation: int = 1,
        world_size: int = 1,
        drop_last: bool = False,
        sequence_length: int | None = None,
        epochs: float | None = None,
        updates: int | None = None,
        samples: int | None = None,
        tokens: int | None = None,
        length: Duration | str | int | None = None,
        ramp: BatchRamp | None = None,
    ) -> None:
        given = {
            "epochs": epochs,
            "updates": updates,
            "samples": samples,
            "tokens": tokens,
            "length": length,
        }
        values = {
            "dataset_size": optional("dataset_size", dataset_size),
            "batch_size": whole("batch_size", batch_size, 1),
            "accumulation": whole("accumulation", accumulation, 1),
            "world_size": whole("world_size", world_size, 1),
            "drop_last": drop_last,
            "sequence_length": optional("sequence_length", sequence_length),
            "length": one_length(given),
            "ramp": ramp,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        require_possible(self)

    def __repr__(self) -> str:
        shown = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "length":
                shown.append(f"{value.unit}={value.amount!r}")
            elif value != field.default:
                shown.append(f"{field.name}={value!r}")
        return f"Plan({', '.join(shown)})"

    def __str__(self) -> str:
        return self.table()

    @property
    def samples_per_epoch(self) -> int | None:
        """Samples that one epoch takes; None without dataset_size."""
        if self.dataset_size is None or not self.drop_last:
            return self.dataset_size
        share = self.batch_size * self.world_size
        return self.dataset_size // share * share

    @property
    def micro_batches_per_epoch(self) -> int | None:
        """Micro-batches of one epoch, per process; None without dataset_size."""
        if self.samples_per_epoch is None:
            return None
        return ceil_div(self.samples_per_epoch, self.batch_size * self.world_size)

    @property
    def updates_per_epoch(self) -> int | None:
        """Updates of one epoch at full batch size; None without dataset_size."""
        if self.samples_per_epoch is None:
            return None
        return ceil_div(self.samples_per_epoch, self.samples_per_update)

    @property
    def samples_per_update(self) -> int:
        """Samples of a full update, over all processes, once a ramp is over."""
        return self.batch_size * self.accumulation * self.world_size

    @property
    def tokens_per_update(self) -> int | None:
        """Tokens of a full update; None without sequence_length."""
        return self._tokens(self.samples_per_update)

    @cached_property
    def updates(self) -> int:
        """Updates of the whole run: what a schedule's `total` should be."""
        return self.resolve(self.length)

    @property
    def micro_batches(self) -> int:
        """Micro-batches of the whole run, per process."""
        return self.at(self.updates).micro_batches

    @property
    def samples(self) -> int:
        """Samples of the whole run, the last update included."""
        return self.samples_at(self.updates)

    @property
    def tokens(self) -> int | None:
        """Tokens of the whole run; None without sequence_length."""
        return self.tokens_at(self.updates)

    @property
    def epochs(self) -> float | None:
        """Epochs of the whole run; None without dataset_size."""
        return self.epochs_at(self.updates)

    def samples_at(self, update: int) -> int:
        """Return the samples consumed when `update` updates are done."""
        return self._stages.samples_at(whole("update", update))

    def tokens_at(self, update: int) -> int | None:
        """Return the tokens consumed when `update` updates are done."""
        return self._tokens(self.samples_at(update))

    def epochs_at(self, update: int) -> float | None:
        """Return the epochs done when `update` updates are: samples / epoch's size."""
        samples, epoch = self.samples_at(update), self.samples_per_epoch
        return None if epoch is None else samples / epoch

    def at(self, update: int) -> Position:
        """Return the position when `update` updates are done, in every unit.

        >>> plan = Plan(batch_size=512, sequence_length=2048, tokens=10**15)
        >>> plan.at(plan.updates).tokens - 10**15
        622592
        """
        samples, share = self.samples_at(update), self.batch_size * self.world_size
        # Without epochs, all is one epoch that has not ended yet.
        epochs, rest = divmod(samples, self.samples_per_epoch or samples + 1)
        micro_batches = epochs * (self.micro_batches_per_epoch or 0)
        return Position(
            updates=whole("update", update),
            micro_batches=micro_batches + ceil_div(rest, share),
            samples=samples,
            tokens=self._tokens(samples),
            epochs=self.epochs_at(update),
        )

    def updates_at_samples(self, samples: int) -> int:
        """Return the fewest updates that consume at least `samples` samples."""
        return self._stages.updates_at(whole("samples", samples))

    def updates_at_tokens(self, tokens: int) -> int:
        """Return the fewest updates that consume at least `tokens` tokens.

        Raises:
            ValueError: the plan has no sequence_length.
        """
        tokens = whole("tokens", tokens)
        if self.sequence_length is None:
            raise ValueError("tokens need sequence_length; pass it")
        return self.updates_at_samples(ceil_div(tokens, self.sequence_length))

    def updates_at_epochs(self, epochs: float) -> int:
        """Return the fewest updates that do at least `epochs` epochs.

        Raises:
            ValueError: the plan has no dataset_size.
        """
        epochs = length_of("epochs", epochs)
        epoch = self.samples_per_epoch
        if epoch is None:
            raise ValueError("epochs need dataset_size; pass it")
        return self.updates_at_samples(ceil(decimal(epochs) * epoch))

    def resolve(self, duration: Duration | str | int) -> int:
        """Return the fewest updates that last at least `duration`.

        A percentage is one of the run's updates. A number is one of updates; a bare
        fraction is refused. A duration may go beyond the run.

        Raises:
            ValueError: the text is not understood, or what it needs is missing.

        >>> Plan(batch_size=8, updates=10).resolve("2ep")
        Traceback (most recent call last):
        ValueError: '2ep' cannot be resolved: epochs need dataset_size; pass it
        """
        wanted = Duration.of(duration)
        if wanted.unit == "updates":
            return int(wanted.amount)
        if wanted.unit == "percent":
            return ceil(decimal(wanted.amount) * self.updates / 100)
        try:
            if wanted.unit == "epochs":
                return self.updates_at_epochs(wanted.amount)
            if wanted.unit == "tokens":
                return self.updates_at_tokens(int(wanted.amount))
            return self.updates_at_samples(int(wanted.amount))
        except ValueError as error:
            raise ValueError(f"{str(wanted)!r} cannot be resolved: {error}") from None

    def table(self, schedule: "Schedule | None" = None) -> str:
        """Return the run as a table: what it takes, and where it is when.

        With a schedule, its phases and values stand beside the positions, and a note
        says where it does not fit the run.

        >>> from lehr import Chain, Linear
        >>> plan = Plan(dataset_size=1_437, batch_size=32, accumulation=2, epochs=20)
        >>> print(plan.table(Chain((Linear(0.0, 0.1, 23), Linear(0.1, 0.0, 437)))))
        run     20ep: 460 updates
        batch   64 samples an update = 32 x 2 accumulated
        epoch   1,437 samples; its last update has 29
        <BLANKLINE>
                           updates  micro-batches     epochs  samples        value
        one update               1              2  0.0445372       64            -
        one epoch               23             45          1    1,437            -
        start                    0              0          0        0            0
        warmup ends, peak       23             45          1    1,437          0.1
        last update            459            899    19.9798   28,711  0.000228833
        decay ends, end        460            900         20   28,740            -
        """
        from lehr.plan.table import table

        return table(self, schedule)

    def _tokens(self, samples: int) -> int | None:
        if self.sequence_length is None:
            return None
        return samples * self.sequence_length

    @cached_property
    def _stages(self) -> Stages:
        return Stages.of(self.samples_per_update, self.samples_per_epoch, self.ramp)
