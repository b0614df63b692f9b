"""One document, read as objects: its schedules, its plan, its other sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import Path
from lehr.plan import Plan
from lehr.schedules import Schedule


@dataclass(frozen=True)
class Config:
    r"""What a document says, as objects.

    Args:
        schedules: by field (`lr`, `weight_decay`, ...); a field whose groups differ is
            `field.group`, as in `weight_decay.no_decay`.
        plan: the run's arithmetic; None if the document does not say.
        sections: the other sections that the document has, as plain values with their
            defaults.
        document: where everything was read, in today's grammar.
        paths: the place of each schedule in the document.
        durations: the lengths of the schedules and of the run as they are written, by
            their place: `("schedules", "lr", "warmup"): "5%"`.

    >>> config = read_config("lr: wsd(1e-3, warmup=5%, decay=20%)\nupdates: 1000")
    >>> config.schedules["lr"].phases[0].end, config.plan.updates
    (50, 1000)
    >>> config.durations["schedules", "lr", "warmup"]
    '5%'
    """

    schedules: Mapping[str, Schedule]
    plan: Plan | None
    sections: Mapping[str, Any]
    document: Document
    paths: Mapping[str, Path] = field(default_factory=dict)
    durations: Mapping[Path, str] = field(default_factory=dict)

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The patterns of each group, as `groups_by_pattern` takes them."""
        from lehr.config.sections.groups import patterns_of

        return patterns_of(self.sections.get("groups"))

    @property
    def optimizer(self) -> Mapping[str, Any]:
        """The section `optimizer`; empty if there is none."""
        given: Mapping[str, Any] = self.sections.get("optimizer") or {}
        return given

    def by_field(self) -> dict[str, Any]:
        """Return the schedules as a bound scheduler takes them, by its keywords.

        A field is one schedule, or a mapping of group to schedule; a group of the
        document that a field does not name has None, which leaves it alone.

        >>> text = "schedules: {lr: 0.1, weight_decay: {no_decay: 0, default: 0.1}}"
        >>> for name, value in read_config(text).by_field().items():
        ...     print(name, value)
        lr Constant(value=0.1)
        weight_decay {'no_decay': Constant(value=0.0),
                      'default': Constant(value=0.1)}
        """
        from lehr.config.sections.groups import DEFAULT

        everyone = [*self.groups, DEFAULT] if self.groups else []
        return by_field(self.schedules, self.paths, everyone)

    def resolved(self) -> dict[str, Any]:
        """Return a plain document that says the same with nothing left to resolve.

        Schedules are expressions in updates; the plan and all defaults are written out.

        Raises:
            ValueError: a schedule holds code, which text cannot carry.

        >>> text = "{lr: 'linear(1e-3, 0, 100%)', updates: 50, batch_size: 8}"
        >>> read_config(text).resolved()["schedules"]
        {'lr': 'Linear(start=0.001, end=0.0, steps=50)'}
        """
        from lehr.config.resolved import written_out

        return written_out(self.sections, self.plan, self.schedules, self.paths)


def by_field(
    schedules: Mapping[str, Schedule],
    paths: Mapping[str, Path],
    everyone: Sequence[str] = (),
) -> dict[str, Any]:
    """Return schedules by field, and by group where the groups of a field differ."""
    made: dict[str, Any] = {}
    for name, schedule in schedules.items():
        _, key, *group = paths[name]
        if group:
            inner = made.setdefault(str(key), dict.fromkeys(everyone))
            inner[str(group[0])] = schedule
        else:
            made[str(key)] = schedule
    return made


def read_config(
    source: Any, *, plan: Plan | None = None, overrides: Sequence[str] = ()
) -> Config:
    r"""Return what a document says, whatever it is written in.

    Args:
        source: the path of a YAML, JSON or TOML file; "-" for standard input; the text
            of a document; an expression, which is the schedule of `lr`; a mapping, a
            dataclass or an OmegaConf container, Hydra's nodes with `_target_` among
            them; or a `Document`.
        plan: the run, where the document does not say it, or another.
        overrides: `key=value` texts laid over the document.

    Raises:
        ConfigError: with every problem of the document, each at its place.
        ImportError: PyYAML or pydantic is not installed, and the document needs it.

    >>> config = read_config({"lr": "cosine(1e-3, 0, 3ep)", "epochs": 10,
    ...                       "dataset_size": 640, "batch_size": 64})
    >>> config.schedules["lr"]
    Cosine(start=0.001, end=0.0, steps=30)
    >>> read_config("lr: cosine(1e-3, 0, 3ep)\nbatch_size: 64")
    Traceback (most recent call last):
    lehr.config.errors.ConfigError: error[LH108]: 3ep needs dataset_size
      --> <text>:1:21   at lr
    """
    from lehr.config.reading import Reading

    return Reading.of(source, overrides).config(plan)
