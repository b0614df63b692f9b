"""build_scheduler with another library's names, and with lehr's own documents."""

from dataclasses import dataclass, field

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

from lehr import Plan, read_config, warmup_cosine
from lehr.config import ConfigError
from lehr.scheduler import build_scheduler

PLAN = Plan(batch_size=1, updates=20)


def optimizer():
    return torch.optim.AdamW([torch.nn.Parameter(torch.ones(1))], lr=0.1)


def rates(scheduler, count=20):
    seen = []
    for _ in range(count):
        seen += scheduler.get_last_lr()
        scheduler.optimizer.step()
        scheduler.step()
    return seen


def test_a_name_of_another_library_has_that_librarys_curve():
    transformers = pytest.importorskip("transformers")
    theirs = transformers.get_scheduler(
        "cosine", optimizer(), num_warmup_steps=3, num_training_steps=20
    )
    assert isinstance(theirs, LambdaLR)
    config = {"library": "transformers", "name": "cosine", "num_warmup_steps": 3}
    ours = build_scheduler(optimizer(), config, plan=PLAN)  # the plan has the length
    assert rates(ours) == pytest.approx(rates(theirs), rel=1e-12, abs=1e-15)


def test_a_name_that_says_the_values_itself_heeds_no_rate_of_the_optimizer():
    config = {"library": "optax", "name": "linear_schedule", "init_value": 1.0,
              "end_value": 0.0, "transition_steps": "50%"}  # fmt: skip
    seen = rates(build_scheduler(optimizer(), config, plan=PLAN), 12)
    assert seen[:2] + seen[10:] == pytest.approx([1.0, 0.9, 0.0, 0.0])


def test_bare_names_stay_as_they_are_and_may_name_their_library():
    bare = {"name": "StepLR", "step_size": 2, "gamma": 0.5}
    said = {**bare, "library": "torch"}
    one, other = (build_scheduler(optimizer(), each) for each in (bare, said))
    assert rates(one) == rates(other)
    timm = {"library": "timm", "name": "StepLRScheduler", "decay_t": 2}
    assert build_scheduler(optimizer(), timm).step_per == "epoch"


@pytest.mark.parametrize(
    ("config", "path", "message"),
    [
        ({"library": "transformer", "name": "cosine"}, "library",
         "did you mean 'transformers'"),
        ({"library": "transformers", "name": "cosin"}, "name", "did you mean 'cosine'"),
        ({"library": 3, "name": "cosine"}, "library", "must be the name of a library"),
        ({"library": "transformers", "name": "linear", "num_warmup_steps": 1,
          "num_traning_steps": 3}, "num_traning_steps", "has no argument"),
    ],
)  # fmt: skip
def test_refuses_with_the_nearest_name(config, path, message):
    with pytest.raises(ConfigError) as caught:
        build_scheduler(optimizer(), config, plan=PLAN)
    [problem] = caught.value.problems
    assert problem.path == path
    assert message in problem.message


@pytest.mark.parametrize(
    "config",
    [
        "warmup_cosine(0.5, warmup=10%)",
        {"kind": "warmup_cosine", "peak": 0.5, "warmup": "10%"},
        {"_target_": "lehr.warmup_cosine", "peak": 0.5, "warmup": "10%"},
        {"schedules": {"lr": "warmup_cosine(0.5, warmup=10%)"}},
        {"lr": "warmup_cosine(0.5, warmup=10%)"},
    ],
)
def test_lehrs_own_documents_and_expressions_are_taken_as_they_are(config):
    expected = warmup_cosine(0.5, warmup=2, total=20)
    seen = rates(build_scheduler(optimizer(), config, plan=PLAN))
    assert seen == [expected(t) for t in range(20)]


def test_a_document_drives_any_number_of_fields_and_brings_its_plan(tmp_path):
    file = tmp_path / "mine.yaml"
    text = "schedules: {lr: 'linear(1, 0, 50%)', beta1: 0.5}\nplan: {updates: 20}"
    file.write_text(text)
    for config in (file, str(file), read_config(text)):
        scheduler = build_scheduler(optimizer(), config)
        assert rates(scheduler, 3) == [1.0, 0.9, 0.8]
        assert scheduler.optimizer.param_groups[0]["betas"][0] == 0.5


@dataclass
class Document:
    schedules: dict = field(default_factory=lambda: {"lr": "linear(1, 0, 10)"})


@pytest.mark.parametrize("config", [Document(), "schedules: {lr: 1}"])
def test_any_form_of_a_document_is_taken(config):
    adamw = optimizer()
    build_scheduler(adamw, config)
    assert adamw.param_groups[0]["lr"] == 1.0


def test_a_plan_beside_a_configuration_that_is_resolved_is_refused():
    config = read_config("lr: linear(1, 0, 5%)", plan=Plan(batch_size=1, updates=100))
    with pytest.raises(ValueError, match="pass it to read_config"):
        build_scheduler(optimizer(), config, plan=PLAN)
