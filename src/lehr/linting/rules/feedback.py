"""Rules about what follows a metric: its sign, its direction, its patience, its end."""

import re
from collections.abc import Iterator

from lehr.linting.base import Example, Feedback, Hit, Rule, Subject
from lehr.linting.rules.lengths import called

_MORE = (
    *("acc", "accuracy", "top1", "top5", "f1", "map", "miou", "iou", "auc", "auroc"),
    *("bleu", "rouge", "dice", "precision", "recall", "psnr", "ssim", "reward"),
    *("return", "elbo", "likelihood", "r2", "score", "ndcg", "mrr", "mcc"),
)
_LESS = (
    *("loss", "error", "err", "mse", "mae", "rmse", "perplexity", "ppl", "nll"),
    *("wer", "cer", "fid", "bpc", "bpb"),
)
_SIGNED = (
    *("reward", "return", "elbo", "likelihood", "logp", "logprob", "loglik", "nll"),
    *("energy", "score", "advantage", "r2", "mcc", "cosine", "correlation"),
)
"""Words in the names of metrics: more is better, less is better, may be below 0."""


def words(metric: str) -> set[str]:
    """Return the words in a metric's name, in lower case; log_prob is one.

    >>> sorted(words("val/EpisodeReward")), sorted(words("eval_log_prob"))
    (['episode', 'episodereward', 'reward', 'val'], ['eval', 'logprob'])
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", metric)
    both = f"{metric} {apart}".lower()
    both = re.sub(r"log[_-]?(prob|lik|p)(?=$|[_\W])", r"log\1", both)
    return {word for word in re.split(r"[^a-z0-9]+", both) if word}


def _is(metric: str, kind: tuple[str, ...]) -> bool:
    return bool(words(metric) & set(kind))


def _better(metric: str) -> str:
    """Return "min" or "max" for a metric whose name says it, else ""."""
    if _is(metric, _LESS) or {"negative", "neg"} & words(metric):
        return "min"
    return "max" if _is(metric, _MORE) else ""


def _may_be_negative(subject: Subject) -> Iterator[Hit]:
    for name, each in subject.feedback.items():
        if each.threshold_mode != "signed" or not each.settings.get("threshold"):
            continue
        if not _is(each.metric, _SIGNED):
            continue
        yield Hit(
            f"{each.metric} may be below 0, where best * (1 - threshold) is worse than "
            f"best: {name} is not cut while it stands still",
            name,
        )


def _against(subject: Subject) -> Iterator[Hit]:
    for name, each in subject.feedback.items():
        better = _better(each.metric)
        if not better or better == each.mode:
            continue
        wanted = "less" if better == "min" else "more"
        yield Hit(
            f'mode is "{each.mode}", but {wanted} {each.metric} is better: {name} is '
            "cut while it improves",
            name,
        )


def _patience(subject: Subject) -> Iterator[Hit]:
    for name, each in subject.feedback.items():
        patience = each.settings.get("patience")
        origin = subject.origin.get(name)
        if origin is None or not isinstance(patience, int) or _raises(each):
            continue
        own = origin.library in ("keras", "optax")
        written = patience + 1 if own else patience
        other = "torch's, timm's and fairseq's" if own else "Keras's and optax's"
        there = written + 2 if own else written + 1
        yield Hit(
            f"with patience {written}, {called(origin)} cuts {name} at metric "
            f"{patience + 2} of equal ones; {other} would at {there}",
            name,
        )


def _raises(each: Feedback) -> bool:
    return bool(each.settings.get("raises"))


def _never_cuts(subject: Subject) -> Iterator[Hit]:
    for name, each in subject.feedback.items():
        base, least = each.settings.get("base"), each.settings.get("minimum", 0.0)
        if not isinstance(base, int | float):
            continue
        lowest = min(least) if isinstance(least, list | tuple) else least
        factor, eps = each.settings.get("factor", 0.1), each.settings.get("eps", 0.0)
        if base <= lowest:
            does = "can only be raised" if _raises(each) else "can never be cut"
            yield Hit(
                f"{name} starts at {base:.3g}, and {does}: its minimum is {lowest:.3g}",
                name,
            )
        elif base - max(base * factor, lowest) <= eps:
            yield Hit(
                f"{name} starts at {base:.3g}, and its first cut is not made: it is no "
                f"larger than eps={eps:.3g}",
                name,
            )


def _no_metric(subject: Subject) -> Iterator[Hit]:
    for name, each in subject.feedback.items():
        if each.settings.get("monitored") and not each.metric:
            yield Hit(
                f"{name} follows a metric, and none is named: Lightning needs monitor",
                name,
            )


_PLATEAU = (
    "lr: 1e-3\nlr_scheduler_config:\n  monitor: {metric}\n"
    "  scheduler: {{name: ReduceLROnPlateau, mode: {mode}, threshold_mode: {how}}}\n"
)
_ARGUMENTS = (
    "learning_rate: 5e-5\nlr_scheduler_type: reduce_lr_on_plateau\n"
    "metric_for_best_model: {metric}\n"
)

RULES = (
    Rule(
        "LH055",
        "metric-may-be-negative",
        "a relative threshold on a metric that may be below 0",
        "warning",
        "torch, and all that wrap it, call a metric better if it is below best * "
        "(1 - threshold); optax does the same. For a negative best that is a worse "
        "value: a metric that stands still improves for ever, and the rate is never "
        'cut. Use threshold_mode="abs", or lehr\'s Plateau, whose relative margin has '
        "the right sign.",
        _may_be_negative,
        bad=(Example(_PLATEAU.format(metric="val_nll", mode="min", how="rel")),),
        good=(
            Example(_PLATEAU.format(metric="val_nll", mode="min", how="abs")),
            Example(_PLATEAU.format(metric="val_loss", mode="min", how="rel")),
        ),
        source="pytorch/pytorch issue 47513",
    ),
    Rule(
        "LH056",
        "mode-against-metric",
        "a plateau that takes better for worse",
        "error",
        "The name of the metric says that more of it is better and the mode that less "
        "is, or the reverse: the rate is cut as long as training goes well. "
        "transformers' Trainer does not pass greater_is_better on to it, and timm's "
        'class has mode "max" by default.',
        _against,
        bad=(
            Example(_ARGUMENTS.format(metric="accuracy")),
            Example(_PLATEAU.format(metric="val_loss", mode="max", how="abs")),
        ),
        good=(
            Example(
                _ARGUMENTS.format(metric="accuracy")
                + "lr_scheduler_kwargs: {mode: max}\n"
            ),
        ),
        source="transformers 5.23, Trainer.create_scheduler",
    ),
    Rule(
        "LH057",
        "patience-by-library",
        "a patience that other libraries count otherwise",
        "note",
        "torch, timm, fairseq, mmengine and Paddle cut when the bad metrics in a row "
        "are more than the patience; Keras and optax when they are as many. A "
        "configuration that moves from one to the other cuts one metric apart.",
        _patience,
        bad=(Example(_PLATEAU.format(metric="val_loss", mode="min", how="rel")),),
        good=(),
        source="the libraries' code",
    ),
    Rule(
        "LH058",
        "never-cuts",
        "a plateau that cannot lower the rate",
        "warning",
        "The smallest rate that it may set is not below the first one, or the first "
        "cut is smaller than eps and is dropped. transformers' GreedyLR has min_lr "
        "1e-3 by default: at a fine-tuning rate it can only raise it.",
        _never_cuts,
        bad=(
            Example("learning_rate: 5e-5\nlr_scheduler_type: greedy\n"),
            Example("lr: 1e-9\nname: ReduceLROnPlateau\n"),
        ),
        good=(Example("lr: 1e-3\nname: ReduceLROnPlateau\nmin_lr: 1e-6\n"),),
        source="transformers 5.23, GreedyLR; torch's eps",
    ),
    Rule(
        "LH059",
        "no-metric",
        "a plateau that follows no named metric",
        "error",
        "Lightning raises at the first epoch if a ReduceLROnPlateau has no monitor.",
        _no_metric,
        bad=(
            Example(
                "lr: 1e-3\nlr_scheduler_config:\n  interval: epoch\n"
                "  scheduler: {name: ReduceLROnPlateau}\n"
            ),
        ),
        good=(
            Example(
                "lr: 1e-3\nlr_scheduler_config:\n  monitor: val_loss\n"
                "  scheduler: {name: ReduceLROnPlateau}\n"
            ),
        ),
        source="Lightning documentation, configure_optimizers",
    ),
)
