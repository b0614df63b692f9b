"""A run's arithmetic as a document says it: in `plan`, in `train`, or in neither."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from lehr.config.documents import Document
from lehr.config.durations import A_LENGTH, BATCH, LENGTHS, KnownRun
from lehr.config.errors import Path, Problem
from lehr.config.run_data import BytesData, Data, DataSection
from lehr.config.run_train import LENGTHS as TRAIN_LENGTHS
from lehr.config.run_train import Train
from lehr.config.sections.plan import PlanSection
from lehr.plan import Duration, Plan

_ONLY_UPDATES = {"updates", "length"}


@dataclass
class Arithmetic:
    """What a document says of its run.

    Args:
        document: the document.
        values: arguments of `Plan`, as far as they are said or the data imply them.
        paths: where each of them stands; those that are implied stand nowhere.
        problems: what is wrong.
        whole: whether both sections can be read.
    """

    document: Document
    values: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True

    @classmethod
    def of(cls, document: Document) -> "Arithmetic":
        """Read the sections `plan`, `train` and `data` of a document."""
        found = cls(document)
        plan = found._section("plan", PlanSection)
        train = found._section("train", Train)
        if isinstance(plan, PlanSection):
            found.values = plan.given()
            found.paths = {name: ("plan", name) for name in found.values}
        if isinstance(train, Train):
            found._take(train)
        found._refuse_both()
        found._one_length()
        return found

    @property
    def section(self) -> str:
        """What stands before an argument's name; nothing in the short form."""
        short = any(len(then) == 1 for then in self.document.moved.values())
        return "" if short else "plan."

    def _section(self, name: str, kind: type[BaseModel]) -> BaseModel | None:
        given = self.document.data.get(name)
        if given is None:
            return None
        try:
            return kind.model_validate(given)
        except ValidationError:
            self.whole = False  # reported with the whole document
            return None

    def _take(self, train: Train) -> None:
        """Add what `train` says."""
        for name in (*TRAIN_LENGTHS, *BATCH):
            given = name in train.model_fields_set and getattr(train, name) is not None
            if given and name not in self.values:
                self.values[name] = getattr(train, name)
                self.paths[name] = ("train", name)
        if self.document.data.get("data") is not None:
            self.values.setdefault("batch_size", train.batch_size)

    def _refuse_both(self) -> None:
        """Refuse what stands in both sections, right or wrong as it may be there."""
        data = self.document.data
        plan, train = (
            {k for k, v in given.items() if v is not None}
            if isinstance(given := data.get(section), dict)
            else set[str]()
            for section in ("plan", "train")
        )
        length = next((name for name in LENGTHS if name in plan), None)
        for name in (*TRAIN_LENGTHS, *BATCH):
            other = length if name in TRAIN_LENGTHS else name
            if name in train and other in plan:
                what = "the length of the run" if name in LENGTHS else name
                message = f"{what} stands in plan.{other} and in train.{name}"
                hint = f"keep one of them; for one run: plan.{other}=null"
                problem = self.document.problem("LH131", message, ("train", name), hint)
                self.problems.append(problem)

    def _one_length(self) -> None:
        given = [name for name in LENGTHS if name in self.values]
        if len(given) > 1 and len({self.paths[name][0] for name in given}) == 1:
            section = self.paths[given[0]][0]
            message = (
                f"{' and '.join(given)} both give the length of the run; keep one and "
                f"set the other to null, as in {section}.{given[0]}=null"
            )
            problem = self.document.problem("LH106", message, (section,))
            self.problems.append(problem)

    @property
    def length(self) -> str | None:
        """The key that tells how long the run is; None if none does."""
        return next((name for name in LENGTHS if name in self.values), None)

    @property
    def data(self) -> DataSection | None:
        """The section `data`; None if there is none, or it cannot be read."""
        given = self.document.data.get("data")
        try:
            return TypeAdapter[DataSection](Data).validate_python(given)
        except ValidationError:
            return None

    def missing(self) -> list[str]:
        """Return the arguments that the length of the run needs and has not."""
        if self.length is None:
            return []
        by_text = self.length == "length"
        unit = Duration.of(self.values["length"]).unit if by_text else ""
        needed = {"epochs": "dataset_size", "tokens": "sequence_length"}
        wanted = [needed[u] for u in (self.length, unit) if u in needed]
        if not (set(self.values) <= _ONLY_UPDATES and unit in ("", "updates")):
            wanted.append("batch_size")
        return [name for name in wanted if name not in self.values]

    def general(self) -> tuple[Plan | None, KnownRun | None]:
        """Return the plan and what lengths resolve against, without reading data.

        Problems are added to those that are there.
        """
        data = self.data
        if isinstance(data, BytesData):
            self.values.setdefault("sequence_length", data.context)
        if self.problems or not self.whole:
            return None, None
        values = {"batch_size": 1} | self.values
        lacking = [self.section + name for name in self.missing()]
        if self.length is not None and not lacking:
            plan = self.made(values)
            said = frozenset(self.values)
            return plan, None if plan is None else KnownRun(plan, said)
        if lacking and data is None:
            self._tell_missing(" and ".join(lacking))
        if self.problems:
            return None, None
        short = {k: v for k, v in values.items() if k not in LENGTHS}
        made_up = self.made({**short, "updates": 1})
        needs = f", and that needs {' and '.join(lacking)}" if lacking else ""
        needs = needs or A_LENGTH.format(self.section)
        said = frozenset(self.values)
        if made_up is None:
            return None, None
        return None, KnownRun(made_up, said, needs, self.section)

    def made(self, values: Mapping[str, Any]) -> Plan | None:
        """Return the plan of these values; None with a problem if there is none."""
        try:
            return Plan(**values)
        except (ValueError, TypeError, OverflowError) as error:
            message = str(error)
            if isinstance(error, OverflowError):
                message = "the numbers of the run are too large"
            path = self.paths.get(message.partition(" ")[0], self._place())
            self.problems.append(self.document.problem("LH130", message, path))
            return None

    def _tell_missing(self, listed: str) -> None:
        """Tell what the plan lacks, if it is the section `plan` that has the length."""
        path = self.paths[str(self.length)]
        if path[0] == "plan":
            message = f"a plan by {self.length} needs {listed}"
            self.problems.append(self.document.problem("LH130", message, path))

    def _place(self) -> Path:
        return ("plan",) if self.document.data.get("plan") is not None else ("train",)
