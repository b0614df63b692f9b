"""Records for W&B offline, read back from its file by its own messages."""

import json
import struct
from importlib.util import find_spec

import pytest

from lehr.training import Checkpointing, LoggingCallback, Wandb
from lehr.training.loggers import wandb as home
from training.callbacks import scripted

pytestmark = [
    pytest.mark.skipif(find_spec("wandb") is None, reason="wandb is not installed"),
    pytest.mark.filterwarnings("ignore"),
]
BLOCK = 32 * 1024


@pytest.fixture(autouse=True)
def no_key(monkeypatch, tmp_path):
    for name in ("WANDB_MODE", "WANDB_API_KEY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_SILENT", "true")


def messages(path):
    """Yield the records of a file: those of LevelDB's log, behind a head of 7 bytes."""
    data, at, part = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        _, size, kind = struct.unpack_from("<IHB", data, at)
        at += 7
        part += data[at : at + size]
        at += size
        if kind in (1, 4):
            yield part
            part = b""


def read(folder):
    """Return the ids, the rows and the exit codes of the runs in a folder, in order."""
    import wandb
    from wandb.proto.wandb_internal_pb2 import Record

    wandb.teardown()  # its process writes what it has
    ids, rows, codes = [], [], []
    for path in sorted(folder.glob("wandb/offline-run-*/*.wandb")):
        for message in messages(path):
            record = Record.FromString(message)
            match record.WhichOneof("record_type"):
                case "run":
                    ids.append(record.run.run_id)
                case "history":
                    items = record.history.item
                    keys = ("/".join(i.nested_key) or i.key for i in items)
                    texts = (i.value_json for i in items)
                    row = dict(zip(keys, map(json.loads, texts), strict=True))
                    rows.append({k: v for k, v in row.items() if k != "_timestamp"})
                case "exit":
                    codes.append(record.exit.exit_code)
    return ids, rows, codes


def test_a_run_and_its_resumption_are_one_run_of_wandb(tmp_path):
    def trainer():
        wandb = Wandb("project", folder=tmp_path, config={"lr": 0.1})
        logging = LoggingCallback(1, [wandb], metrics=["val_x"])
        callbacks = [logging, Checkpointing()]
        return scripted.trainer_of([0.5, 0.25], callbacks, folder=tmp_path / "run")

    scripted.fit(trainer(), 1)
    scripted.fit(trainer(), 2, resume=True)
    ids, rows, codes = read(tmp_path)
    assert len(set(ids)) == 1
    assert [(row["_step"], row["val_x"]) for row in rows] == [(0, 0.5), (1, 0.5)]
    assert codes == [0, 0]


def test_a_new_run_has_a_new_id_unless_one_is_given():
    ids = []
    for given in (None, None, "mine"):
        log = Wandb("project", mode="disabled", id=given)
        assert log.state_dict() == ({"id": "mine"} if given else {})
        log.open(0)
        ids.append(log.id)
        log.close()
        log.log({"update": 1, "loss": 1.0})  # opens it again
        log.finish("failed")
    assert len(set(ids)) == 3 and ids[2] == "mine"
    assert repr(log) == "Wandb('project', name=None)"


def test_what_wandb_has_already_is_left_out(monkeypatch):
    logged = []

    class Run:
        step = 5

        def log(self, row, step):
            logged.append(step)

        def finish(self, exit_code):
            logged.append(f"exit {exit_code}")

    monkeypatch.setattr("wandb.init", lambda **options: Run())
    log = Wandb("project")
    log.load_state_dict({"id": "abc"})
    log.open(3)
    for update in range(3, 7):
        log.log({"update": update, "loss": 1.0})
    log.finish("interrupted")
    assert log.id == "abc"
    assert logged == [5, 6, "exit 1"]


def test_without_a_key_it_works_offline(monkeypatch, tmp_path):
    assert home._mode() == "offline"
    (tmp_path / "netrc").write_text("machine api.wandb.ai login user password x\n")
    assert home._mode() == "online"
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.example.org")
    assert home._mode() == "offline"
    monkeypatch.setenv("WANDB_API_KEY", "x")
    assert home._mode() == "online"
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert home._mode() is None


def test_a_failure_does_not_stop_training(tmp_path, caplog):
    (tmp_path / "file").touch()
    log = Wandb("project", folder=tmp_path / "file" / "below")
    assert scripted.run([1.0] * 5, LoggingCallback(1, [log])).updates == 5
    assert caplog.text.count("logging goes on without") == 1


def test_a_failure_in_between_does_not_stop_training_either(monkeypatch, caplog):
    class Run:
        step = 0

        def log(self, row, step):
            raise ConnectionError("the server is away")

        def finish(self, exit_code):
            raise ConnectionError("still away")

    monkeypatch.setattr("wandb.init", lambda **options: Run())
    logging = LoggingCallback(1, [Wandb("project")])
    assert scripted.run([1.0] * 5, logging).updates == 5
    assert caplog.text.count("the server is away") == 1
    assert "still away" not in caplog.text
