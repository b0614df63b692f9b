"""Records for TensorBoard, read back by its own reader."""

import math
import resource

import pytest

from lehr.training import LoggingCallback, TensorBoard
from training.callbacks import scripted

pytest.importorskip("tensorboard", reason="tensorboard is not installed")
# Its writing thread dies of a full disk, after telling the caller.
pytestmark = pytest.mark.filterwarnings("ignore")


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reader = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    reader.Reload()
    return {
        tag: [(event.step, event.value) for event in reader.Scalars(tag)]
        for tag in reader.Tags()["scalars"]
    }


def test_every_number_has_its_tag_and_step(tmp_path):
    log = TensorBoard(tmp_path)
    log.open(0)
    log.log({"update": 0, "loss": 0.5, "note": "warm"})
    log.log({"update": 7, "loss": math.inf, "gradient/0.weight": 2})
    log.close()
    assert read(tmp_path) == {
        "loss": [(0, 0.5), (7, math.inf)],
        "gradient/0.weight": [(7, 2.0)],
    }


def test_a_resumed_run_has_each_step_once(tmp_path):
    log = TensorBoard(tmp_path)
    log.open(0)
    for update in range(10):
        log.log({"update": update, "loss": 1.0})
    log.flush()
    again = TensorBoard(tmp_path)  # the first was killed: it was never closed
    again.open(6)
    for update in range(6, 9):
        again.log({"update": update, "loss": 2.0})
    again.close()
    log.close()
    values = [1.0] * 6 + [2.0] * 3
    assert read(tmp_path) == {"loss": list(enumerate(values))}
    log.open(0)
    log.log({"update": 0, "loss": 3.0})
    log.close()
    assert read(tmp_path) == {"loss": [(0, 3.0)]}


def test_a_run_logs_to_it(tmp_path):
    scripted.run([1.0, 0.5], LoggingCallback(1, [TensorBoard(tmp_path)]))
    assert read(tmp_path)["val_x"] == [(0, 1.0), (1, 0.5)]


def test_a_full_disk_is_told_once_and_training_goes_on(tmp_path, caplog):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, hard))
    try:
        logging = LoggingCallback(1, [TensorBoard(tmp_path)])
        result = scripted.run([1.0] * 40, logging)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.updates == 40
    assert caplog.text.count("logging goes on without: [Errno 27] File too large") == 1


def test_a_record_opens_it_and_closing_twice_is_nothing(tmp_path):
    log = TensorBoard(tmp_path / "deep")
    log.flush()
    log.log({"update": 3, "loss": 1.0})
    log.close()
    log.close()
    assert read(tmp_path / "deep") == {"loss": [(3, 1.0)]}
    assert repr(log) == f"TensorBoard({str(tmp_path / 'deep')!r})"
