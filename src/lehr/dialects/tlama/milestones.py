"""tlama-core's drops at fractions of the tokens of a run, and a paper's preset."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lehr import _checks
from lehr.dialects.tlama.warmup import described, lowest, warmup
from lehr.plan.exact import ceil_div, decimal
from lehr.schedules import Chain, Constant

PAPER_MILESTONES, PAPER_FACTORS = (0.8, 0.9), (0.316, 0.1)


def get_multi_step_lr_scheduler(
    max_lr: float,
    warmup_steps: int,
    total_tokens: int,
    tokens_per_step: int,
    step_milestones: Sequence[float],
    step_factors: Sequence[float],
    min_lr: float | None = None,
    verbose: bool = False,
    *,
    exact: bool = False,
) -> Chain:
    """Rise to `max_lr`, then drop at some fractions of the tokens of a run.

    The run has ceil(total_tokens / tokens_per_step) steps. From step
    floor(milestone * steps) on, the rate is `max_lr` times the factor of that
    milestone: factors do not multiply up. The warmup is that of `get_lr_scheduler`.

    Args:
        max_lr: highest rate, > 0.
        warmup_steps: length of the rise, >= 0; it ends before the first milestone.
        total_tokens: tokens of the run, >= 1.
        tokens_per_step: tokens of one optimizer step, >= 1: those of all micro-batches
            and all processes.
        step_milestones: fractions of the run between 0 and 1, increasing.
        step_factors: as many, each > 0 and at most 1.
        min_lr: lowest rate after the warmup, 0 to `max_lr`; None for no bound.
        verbose: print what was made.
        exact: the original's curve: `min_lr` is ignored, a milestone is found in
            binary floats (0.29 of 100 steps is 28), and the warmup may run past it.

    Raises:
        TypeError: the milestones or the factors are not a sequence of numbers.
        ValueError: a number is not finite or out of its range, the milestones do not
            increase or are not as many as the factors, two of them fall on one step,
            or the warmup reaches past the first.

    Source: tlama-core 0.0.3, tlamacore.training.scheduler.

    >>> scheduler = get_multi_step_lr_scheduler(
    ...     1e-4, 2_000, 300_000_000_000, 2048 * 2048, [0.5, 0.8, 0.9], [0.5, 0.1, 0.01]
    ... )
    >>> [f"{scheduler(t):g}" for t in (0, 1_999, 35_762, 35_763, 57_220, 64_373, 10**9)]
    ['5e-08', '0.0001', '0.0001', '5e-05', '1e-05', '1e-06', '1e-06']
    """
    peak = _checks.positive("max_lr", max_lr)
    risen = _checks.count("warmup_steps", warmup_steps)
    floor = 0.0 if min_lr is None else lowest(peak, min_lr)
    tokens = _checks.count("total_tokens", total_tokens, 1)
    total = ceil_div(tokens, _checks.count("tokens_per_step", tokens_per_step, 1))
    milestones, factors = _drops(step_milestones, step_factors)
    scaled = (m * total if exact else decimal(m) * total for m in milestones)
    drops = [math.floor(step) for step in scaled]
    if not exact:
        _check_drops(drops, milestones, risen, total)
    rates = [max(peak * f, 0.0 if exact else floor) for f in factors]
    if verbose:
        falls = (f", {r:g} from step {t:,}" for r, t in zip(rates, drops, strict=True))
        made = f"{total:,} steps; {described(peak, risen)}{''.join(falls)}"
        print(f"get_multi_step_lr_scheduler: {made}")
    # Where the warmup runs past a milestone, its rate begins late, or never.
    edges = pairwise((risen, *(max(step, risen) for step in drops)))
    lengths = [end - begin for begin, end in edges]
    rates = [peak, *rates]
    levels = [Constant(r, n) for r, n in zip(rates, lengths, strict=False)]
    return Chain((*warmup(peak, risen), *levels, Constant(rates[-1])))


def implement_paper_scheduler(
    max_lr: float,
    warmup_steps: int = 2000,
    total_tokens: int | None = None,
    tokens_per_step: int | None = None,
    batch_size: int | None = None,
    seq_len: int | None = None,
    gradient_clip_val: float = 1.0,
    verbose: bool = True,
) -> tuple[Chain, float]:
    """Return DeepSeek LLM's schedule, and the norm to clip gradients to.

    The rate drops to 31.6 % of `max_lr` after 80 % of the tokens, and to 10 % after
    90 %: see `get_multi_step_lr_scheduler`.

    Args:
        max_lr: highest rate, > 0.
        warmup_steps: length of the rise, >= 0.
        total_tokens: tokens of the run, >= 1; needed.
        tokens_per_step: tokens of one optimizer step; by default
            batch_size * seq_len.
        batch_size: sequences of one optimizer step.
        seq_len: tokens of one sequence.
        gradient_clip_val: > 0; returned as it is.
        verbose: print what was made.

    Raises:
        ValueError: `total_tokens` is missing, or the tokens of a step are missing or
            contradict themselves; or as `get_multi_step_lr_scheduler`.

    Source: DeepSeek-AI, DeepSeek LLM, 2024, arXiv:2401.02954, section 2.3; tlama-core
        0.0.3, tlamacore.training.scheduler.

    >>> scheduler, clip = implement_paper_scheduler(
    ...     5e-4, total_tokens=10**10, batch_size=512, seq_len=2048
    ... )
    get_multi_step_lr_scheduler: 9,537 steps; warmup to 0.0005 over steps 0 to 1,999,
    0.000158 from step 7,629, 5e-05 from step 8,583
    implement_paper_scheduler: clip gradients to a norm of 1
    >>> scheduler(8_000), clip
    (0.000158, 1.0)
    """
    clip = _checks.positive("gradient_clip_val", gradient_clip_val)
    if total_tokens is None:
        raise ValueError("total_tokens must be given: the tokens of the whole run")
    scheduler = get_multi_step_lr_scheduler(
        max_lr,
        warmup_steps,
        total_tokens,
        _tokens_per_step(tokens_per_step, batch_size, seq_len),
        PAPER_MILESTONES,
        PAPER_FACTORS,
        verbose=verbose,
    )
    if verbose:
        print(f"implement_paper_scheduler: clip gradients to a norm of {clip:g}")
    return scheduler, clip


def _drops(milestones: Any, factors: Any) -> tuple[list[float], list[float]]:
    """Return checked milestones and factors."""
    fractions = _numbers("step_milestones", milestones)
    rates = _numbers("step_factors", factors)
    if len(fractions) != len(rates):
        raise ValueError(
            "step_milestones and step_factors must be equally many, got "
            f"{len(fractions)} and {len(rates)}"
        )
    for i, fraction in enumerate(fractions):
        if not 0 < fraction < 1:
            raise ValueError(
                f"step_milestones[{i}] must be > 0 and < 1, a fraction of the run, "
                f"got {fraction!r}"
            )
    for i, factor in enumerate(rates):
        if not 0 < factor <= 1:
            raise ValueError(f"step_factors[{i}] must be > 0 and <= 1, got {factor!r}")
    for a, b in pairwise(fractions):
        if a >= b:
            raise ValueError(f"step_milestones must increase, got {a!r} before {b!r}")
    return fractions, rates


def _numbers(name: str, values: Any) -> list[float]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"{name} must be a sequence of numbers, got {values!r}")
    return [_checks.finite(f"{name}[{i}]", value) for i, value in enumerate(values)]


def _check_drops(
    drops: Sequence[int], milestones: Sequence[float], warmup: int, total: int
) -> None:
    """Refuse a rate that no step would use."""
    first = drops[0] if drops else total
    if warmup > first:
        what = "the first milestone" if drops else "the end of the run"
        raise ValueError(
            f"warmup_steps ({warmup}) reaches past {what}, at step {first} of {total}; "
            "shorten the warmup"
        )
    if first == 0:
        raise ValueError(
            f"step_milestones[0] ({milestones[0]!r}) falls on step 0 of {total}, so no "
            "step would use max_lr; leave it out, or lengthen the run"
        )
    for i, (a, b) in enumerate(pairwise(drops)):
        if a == b:
            raise ValueError(
                f"step_milestones {milestones[i]!r} and {milestones[i + 1]!r} both "
                f"fall on step {a} of {total}; leave one out, or lengthen the run"
            )


def _tokens_per_step(given: Any, batch_size: Any, seq_len: Any) -> int:
    if batch_size is None and seq_len is None:
        if given is None:
            raise ValueError("give tokens_per_step, or batch_size and seq_len")
        return _checks.count("tokens_per_step", given, 1)
    if batch_size is None or seq_len is None:
        raise ValueError(
            "batch_size and seq_len go together, got "
            f"batch_size={batch_size!r} and seq_len={seq_len!r}"
        )
    product = _checks.count("batch_size", batch_size, 1)
    product *= _checks.count("seq_len", seq_len, 1)
    if given is not None and given != product:
        raise ValueError(
            f"tokens_per_step ({given!r}) is not batch_size * seq_len ({product}); "
            "give one of both"
        )
    return product
