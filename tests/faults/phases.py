"""Where a run dies: phases of training that are told, and a signal in one of them."""

import os
import signal

from lehr.training import Callback


class Point:
    """Where a run dies: the first time it is in a phase after so many updates."""

    def __init__(self):
        self.phase, self.updates, self.trainer = "", 0, None
        self.number = signal.SIGKILL

    def __call__(self, phase):
        if phase != self.phase or self.trainer is None:
            return
        if self.trainer.updates >= self.updates:
            self.phase = ""
            os.kill(os.getpid(), self.number)


at = Point()


class Observer(Callback):
    """Dies in events; before that, puts the samples' numbers into the record."""

    order = -1000

    def on_start(self, context):
        at("start")

    def on_epoch_start(self, context):
        at("epoch start")

    def on_update(self, context):
        seen = context.trainer.model.seen
        context.record["samples"] = ",".join(
            str(one) for batch in seen for one in batch
        )
        at("callback")

    def on_evaluate(self, context):
        at("evaluation's callback")

    def on_epoch_end(self, context):
        at("epoch end")

    def on_log(self, context):
        at("log")

    def on_end(self, context):
        at("train end")


class Last(Callback):
    """Dies behind all others."""

    order = 3000

    def on_save_point(self, context):
        at("save point")

    def on_end(self, context):
        at("end of all")


PHASES = (
    "start",
    "epoch start",
    "data",
    "forward",
    "accumulation",
    "backward",
    "optimizer step",
    "after the optimizer step",
    "after the scheduler",
    "callback",
    "validation",
    "evaluation's callback",
    "epoch end",
    "log",
    "save point",
    "train end",
    "end of all",
)


def watched(trainer):
    """Let the run die in the phases of an update, too."""
    optimizer, clock, loop = trainer.optimizer, trainer.clock, trainer.loop
    optimizer.register_step_pre_hook(lambda *_: at("optimizer step"))
    optimizer.register_step_post_hook(lambda *_: at("after the optimizer step"))
    after_update, update = clock.after_update, loop.update

    def updated(*window):
        trainer.model.seen.clear()
        return update(*window)

    def moved(*counts):
        after_update(*counts)
        at("after the scheduler")

    clock.after_update, loop.update = moved, updated
    at.trainer = trainer
    return trainer
