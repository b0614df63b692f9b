"""The section `logging` of a document: which loggers it asks for, and how often."""

import csv

from lehr.cli.main import main
from lehr.config.documents import parse_document
from lehr.config.run_document import read_run
from lehr.training.document_loggers import document_loggers
from lehr.training.fitness import misfits
from lehr.training.loggers import base
from lehr.training.run_folder import RunFolder
from lehr.training.tasks import read_task

TEXT = """
schema: 1
name: mine
data: {kind: synthetic, samples: 200}
optimizer: {kind: adamw}
schedules: {lr: 1e-3}
train: {epochs: 2, batch_size: 16, threads: 1}
logging: {LOGGING}
"""


def run_of(logging):
    text = TEXT.replace("LOGGING", logging)
    return read_run(parse_document(text), lambda data: 130)


def test_the_lines_are_what_is_usual(tmp_path):
    [lines] = document_loggers(run_of("").config, RunFolder(tmp_path))
    assert type(lines).__name__ == "JsonLines"
    found = document_loggers(
        run_of("jsonl: false, csv: true").config, RunFolder(tmp_path)
    )
    assert [type(each).__name__ for each in found] == ["Csv"]


def test_services_get_the_name_of_the_run_and_its_settings(tmp_path, monkeypatch):
    made = {}

    def keep(kind):
        return lambda *words, **options: made.setdefault(kind, (words, options))

    for kind in ("Wandb", "Mlflow", "Trackio", "TensorBoard"):
        monkeypatch.setattr(f"lehr.training.document_loggers.{kind}", keep(kind))
    logging = (
        "jsonl: false, tensorboard: true, wandb: {project: p, tags: [a], entity: e}, "
        "mlflow: {experiment: x, uri: 'https://h'}, trackio: {project: q, name: n}"
    )
    config = run_of(logging).config
    list(document_loggers(config, RunFolder(tmp_path)))
    settings = config.model_dump(by_alias=True)
    assert made == {
        "TensorBoard": ((tmp_path / "tensorboard",), {}),
        "Wandb": (
            ("p", "mine"),
            {"folder": tmp_path, "config": settings, "tags": ["a"], "entity": "e"},
        ),
        "Mlflow": (("x", "mine"), {"uri": "https://h", "config": settings}),
        "Trackio": (("q", "n"), {"config": settings}),
    }


def test_a_logger_whose_library_is_missing_is_told_before_anything_runs(monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    run = run_of("wandb: {project: p}")
    [(path, message)] = misfits(run, read_task(run.config.data))
    assert path == ("logging", "wandb")
    assert "pip install 'lehr[wandb]'" in message


def test_a_run_is_logged_as_often_and_where_it_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = TEXT.replace("LOGGING", "every: 5, csv: true, jsonl: false")
    text = text.replace("lr: 1e-3", "lr: {no_decay: 1e-4, default: 1e-3}")
    document = tmp_path / "mine.yaml"
    document.write_text(text + 'groups: {no_decay: "*.bias"}\n')
    assert main(["train", "--quiet", "--run-dir", "out", str(document)]) == 0
    rows = list(csv.DictReader((tmp_path / "out/metrics.csv").read_text().splitlines()))
    # The first of 16 updates, every fifth, and the last of each epoch.
    assert [int(row["update"]) for row in rows] == [0, 4, 7, 9, 14, 15]
    assert [rows[0]["lr/no_decay"], rows[0]["lr/default"]] == ["0.0001", "0.001"]
    assert not (tmp_path / "out/metrics.jsonl").exists()
    assert (tmp_path / "out/curves.svg").exists()
