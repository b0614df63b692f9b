"""Groups of a document: its parameters, each under the schedules of its group."""

import torch

from lehr.config.documents import parse_document
from lehr.config.run_document import read_run
from lehr.training.document_plan import plan_of_data
from lehr.training.fitness import misfits
from lehr.training.job import build_job
from lehr.training.tasks import read_task

TEXT = """
schema: 1
data: {kind: synthetic, samples: 200}
optimizer: {kind: KIND}
groups: {no_decay: ["*.bias"], first: "stack.1.*"}
schedules:
  lr: {no_decay: 1e-3, first: 2e-3, default: "linear(1e-2, 0, 100%)"}
  weight_decay: {no_decay: 0, default: 0.1}
plan: {epochs: 2, batch_size: 30, drop_last: true}
train: {threads: 1}
"""


def run_of(kind="adamw", **changes):
    text = TEXT.replace("KIND", kind)
    for old, new in changes.items():
        text = text.replace(old, new)
    document = parse_document(text)
    return read_run(document, lambda data: len(read_task(data).train))


def test_each_group_follows_its_own_schedules(tmp_path):
    for kind, own in (("adamw", 0.01), ("sgd", 0.0)):
        run = run_of(kind)
        job = build_job(run, read_task(run.config.data), tmp_path / kind)
        seen = [
            (g["name"], len(g["params"]), g["lr"], g["weight_decay"])
            for g in job.trainer.optimizer.param_groups
        ]
        assert seen == [
            ("no_decay", 3, 1e-3, 0.0),
            ("first", 1, 2e-3, own),
            ("default", 2, 1e-2, 0.1),
        ]


def test_what_fills_no_batch_is_left_out_of_plan_and_run(tmp_path):
    run = run_of()
    job = build_job(run, read_task(run.config.data), tmp_path)
    result = job.fit()
    assert result.updates == run.plan.updates == 2 * (130 // 30)
    rates = [g["lr"] for g in job.trainer.optimizer.param_groups]
    assert rates[:2] == [1e-3, 2e-3]
    assert torch.isfinite(torch.tensor(rates)).all()


def test_groups_that_do_not_fit_the_model_are_told_before_anything_runs():
    run = run_of(**{"stack.1.*": "stak.1.*"})
    [(path, message)] = misfits(run, read_task(run.config.data))
    assert path == ("groups",)
    assert "'stak.1.*' of group 'first' matches none" in message


def test_the_plan_of_a_document_reads_its_data():
    document = parse_document(TEXT.replace("KIND", "adamw"))
    assert plan_of_data(document) == run_of().plan
    assert plan_of_data(parse_document("plan: {epochs: 3}")) is None
