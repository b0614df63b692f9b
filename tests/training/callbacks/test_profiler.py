"""A window of updates is profiled, and nothing else."""

import json

import pytest
import torch
from torch.autograd.profiler import record_function

from lehr.training import BaseTrainer, Callback, Profiler
from training import runs


class Marks(Callback):
    """Lets the model say in the trace which update it is."""

    def __init__(self):
        self.update = 0

    def on_start(self, context):
        self.update = context.trainer.updates
        forward = context.trainer.model.forward

        def marked(*inputs):
            kind = "update" if context.trainer.model.training else "evaluation"
            with record_function(f"{kind} {self.update}"):
                return forward(*inputs)

        context.trainer.model.forward = marked

    def on_update(self, context):
        self.update = context.update + 1


def profiled(profiler, *, updates=6, folder=None, error=None, **options):
    model = runs.net()
    callbacks = [Marks(), profiler, *([error] if error else [])]
    trainer = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        callbacks=callbacks,
        folder=folder,
        evaluate_every=2,
    )
    return runs.fit(trainer, updates=updates, **options)


def marks(path):
    """What the trace has seen, in time."""
    events = json.loads(path.read_text())["traceEvents"]
    named = ("update ", "evaluation ")
    found = [e for e in events if str(e.get("name", "")).startswith(named)]
    return list(dict.fromkeys(e["name"] for e in sorted(found, key=lambda e: e["ts"])))


def test_the_trace_holds_the_window_and_the_table_its_operations(tmp_path):
    profiler = Profiler(start=2, updates=3)
    profiled(profiler, folder=tmp_path)
    assert profiler.trace == tmp_path / "profile" / "update-000000000002.json"
    assert marks(profiler.trace) == ["update 2", "update 3", "evaluation 4", "update 4"]
    assert "aten::addmm" in profiler.trace.with_suffix(".txt").read_text()


def test_it_may_begin_with_the_first_update_in_a_folder_of_its_own(tmp_path):
    profiler = Profiler(0, 1, tmp_path / "deep" / "here", shapes=True, memory=True)
    profiled(profiler)
    assert marks(profiler.trace) == ["update 0"]
    assert "Input Shapes" in profiler.trace.with_suffix(".txt").read_text()


def test_the_table_has_as_many_rows_as_are_asked_for(tmp_path):
    profiler = Profiler(0, 1, tmp_path, rows=2)
    profiled(profiler)
    table = profiler.trace.with_suffix(".txt").read_text()
    assert sum(line.lstrip().startswith("aten::") for line in table.splitlines()) <= 2


def test_a_run_that_ends_in_the_window_writes_what_there_is(tmp_path):
    profiler = Profiler(4, 100, tmp_path)
    profiled(profiler, updates=6)
    assert marks(profiler.trace)[:2] == ["update 4", "update 5"]


def test_after_an_error_the_trace_is_written_and_torch_profiles_no_more(tmp_path):
    class Fail(Callback):
        def on_update(self, context):
            if context.update == 3:
                raise ZeroDivisionError

    profiler = Profiler(2, 100, tmp_path)
    with pytest.raises(ZeroDivisionError):
        profiled(profiler, error=Fail())
    assert marks(profiler.trace) == ["update 2", "update 3"]
    assert not torch.autograd._profiler_enabled()


def test_outside_its_window_nothing_is_profiled(tmp_path):
    late = Profiler(100, 1, tmp_path)
    profiled(late)
    assert late.trace is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_resumed_behind_the_start_is_not_profiled(tmp_path):
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    profiler = Profiler(2, 2, tmp_path / "profile")
    trainer = BaseTrainer(model, optimizer, callbacks=[profiler])
    profiler.start = 100
    runs.fit(trainer, updates=3)
    profiler.start = 2
    runs.fit(trainer, updates=6)
    assert profiler.trace is None


def test_profiling_changes_no_number(tmp_path):
    plain, seen = (
        runs.trainer(tmp_path / "a"),
        runs.trainer(tmp_path / "b", callbacks=[Profiler(1, 2)]),
    )
    runs.fit(plain, updates=7)
    runs.fit(seen, updates=7)
    assert runs.digest(seen) == runs.digest(plain)


def test_without_a_folder_it_says_what_it_needs():
    with pytest.raises(ValueError, match="Profiler needs a folder"):
        profiled(Profiler())


@pytest.mark.parametrize("name", ["updates", "rows"])
def test_numbers_out_of_range_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be >= 1, got 0"):
        Profiler(**{name: 0})
