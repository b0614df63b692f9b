"""transformers' Trainer applies it, and resumes it with the same or a new horizon."""

import gc

import pytest
import torch

pytest.importorskip("transformers")

import transformers

from bindings.recorded import recorded
from lehr import Linear, warmup_cosine
from lehr.bindings.torch import PlateauScheduler, Scheduler
from lehr.controllers import Plateau

RATE = warmup_cosine(1e-2, warmup=4, total=20)
FALL, LONGER = Linear(1e-2, 0.0, 20), Linear(1e-2, 0.0, 40)
ROWS = [{"x": torch.ones(2), "labels": torch.ones(1)} for _ in range(48)]


@pytest.fixture(autouse=True, scope="module")
def quick_to_collect():
    """Hide what there was before from the collection that ends each training."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, x, labels):
        return {"loss": torch.nn.functional.mse_loss(self.layer(x), labels)}


def arguments(folder, updates, **options):
    return transformers.TrainingArguments(
        str(folder),
        max_steps=updates,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=3,  # 8 updates per epoch
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        **{"save_steps": 5} | options,
    )


def train(folder, updates, resume=None, **given):
    """Return the rates of the updates, and the trainer."""
    torch.manual_seed(0)
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = Scheduler(optimizer, **given)
    seen = recorded(optimizer)
    trainer = transformers.Trainer(
        model,
        arguments(folder, updates),
        train_dataset=ROWS,
        optimizers=(optimizer, scheduler),
    )
    trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    assert scheduler.position.updates == updates
    return seen, trainer


def logged(trainer):
    """Return the rates in the trainer's log, update by update."""
    log = trainer.state.log_history
    return [line["learning_rate"] for line in log if "learning_rate" in line]


def test_each_update_has_its_rate_through_a_resume(tmp_path):
    whole, trainer = train(tmp_path / "whole", 15, lr=RATE)
    assert whole == [RATE(t) for t in range(15)]
    assert logged(trainer) == whole
    first, _ = train(tmp_path / "cut", 10, lr=RATE)
    rest, again = train(
        tmp_path / "cut", 15, resume=tmp_path / "cut/checkpoint-5", lr=RATE
    )
    assert first == whole[:10]
    assert rest == whole[5:]
    weight = trainer.model.layer.weight
    assert torch.equal(again.model.layer.weight, weight)


BENT = [0.0075 * (40 - t) / 35 for t in range(5, 40)]  # straight, from 5 on
POLICIES = {
    "keep": [FALL(t) for t in range(5, 40)],
    "override": [LONGER(t) for t in range(5, 40)],
    "rescale": BENT,
    "reanchor": BENT,
}


def test_a_new_horizon_is_what_the_policy_says(tmp_path):
    train(tmp_path, 5, lr=FALL)
    saved = tmp_path / "checkpoint-5"
    with pytest.raises(ValueError, match="on_change"):
        train(tmp_path, 40, resume=saved, lr=LONGER)
    for policy, expected in POLICIES.items():
        seen, _ = train(tmp_path, 40, resume=saved, lr=LONGER, on_change=policy)
        assert seen == pytest.approx(expected, rel=1e-12, abs=1e-18), policy


class Planned(transformers.Trainer):
    """Builds the schedule when the number of updates is known."""

    def create_scheduler(self, num_training_steps, optimizer=None):
        if self.lr_scheduler is None:
            lr = warmup_cosine(
                self.args.learning_rate,
                warmup=self.args.get_warmup_steps(num_training_steps),
                total=num_training_steps,
                **self.args.lr_scheduler_kwargs,
            )
            self.lr_scheduler = Scheduler(optimizer or self.optimizer, lr=lr)
            self.seen = recorded(self.optimizer.optimizer)
        return self.lr_scheduler


def test_a_trainer_that_plans_for_itself_resumes(tmp_path):
    def run(resume=None):
        options = arguments(
            tmp_path,
            16,
            learning_rate=1e-2,
            warmup_steps=4,
            lr_scheduler_kwargs={"floor": 1e-3},
        )
        trainer = Planned(Model(), options, train_dataset=ROWS)
        trainer.train(resume_from_checkpoint=resume)
        return trainer.seen

    curve = warmup_cosine(1e-2, warmup=4, total=16, floor=1e-3)
    assert run() == [curve(t) for t in range(16)]
    assert run(str(tmp_path / "checkpoint-10")) == [curve(t) for t in range(10, 16)]


def test_the_trainer_shows_it_the_metric_as_torchs_own(tmp_path):
    def run(build):
        torch.manual_seed(0)
        model = Model()
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
        both = (optimizer, build(optimizer))
        seen = recorded(optimizer)
        options = arguments(
            tmp_path,
            12,
            save_strategy="no",
            eval_strategy="steps",
            eval_steps=2,
            metric_for_best_model="eval_loss",
        )
        transformers.Trainer(
            model, options, train_dataset=ROWS, eval_dataset=ROWS[:2], optimizers=both
        ).train()
        return seen

    # A falling loss is to be as high as possible: each evaluation is worse.
    plateau = Plateau("max", factor=0.5, patience=1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau
    expected = run(lambda o: theirs(o, "max", factor=0.5, patience=1))
    assert len(set(expected)) > 2
    assert run(lambda o: PlateauScheduler(o, plateau)) == expected
