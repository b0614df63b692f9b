"""What several processes of `lehr train` do once for all, without starting any."""

import json
import os

import pytest

from lehr.cli.main import main
from lehr.cli.train import add_arguments
from lehr.cli.train_ranks import once, tells
from lehr.cli.train_start import _require_alike, start
from lehr.cli.usage import Parser
from lehr.config.errors import ConfigError
from lehr.training.engine import Engine
from lehr.training.errors import NonFiniteError, RankLostError

TINY = ("synthetic", "train.epochs=1", "data.samples=200", "--quiet")


class Rank(Engine):
    """One of two processes; the other has said already what it would say."""

    world_size = 2

    def __init__(self, rank, heard=None):
        self.rank = rank
        self.heard = heard

    def broadcast(self, value):
        if self.is_main:
            self.heard = value()
        return self.heard


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lehr.cli.main.HEARD", 0.0)
    return tmp_path


def refuse():
    raise FileExistsError("run holds a run already")


def test_what_rank_0_comes_to_is_known_to_all():
    assert once(Engine(), lambda: 3) == once(Rank(0), lambda: 3) == 3
    assert once(Rank(1, (3, 0)), refuse) == 3


def test_what_is_refused_to_rank_0_is_told_once_and_ends_all(capsys):
    with pytest.raises(FileExistsError):
        once(Engine(), refuse)
    for rank in (Rank(0), Rank(1, (None, 2))):
        with pytest.raises(SystemExit) as stop:
            once(rank, refuse)
        assert stop.value.code == 2
    assert capsys.readouterr().err == "error: run holds a run already\n"


def test_where_an_error_came_from_can_be_asked_for(capsys, monkeypatch):
    monkeypatch.setenv("LEHR_TRACEBACK", "1")
    with pytest.raises(SystemExit):
        once(Rank(0), refuse)
    assert "in refuse" in capsys.readouterr().err


def lost(*missing, failed=(), host=None):
    return RankLostError(missing, failed, host, RuntimeError("gloo"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError("no space on this machine"), True),
        (NonFiniteError("loss", 1.0, 3), False),
        (lost(0), True),
        (lost(2), False),
        (lost(failed=((0, "a full disk"),)), False),
        (lost(host="node1"), True),
    ],
)
def test_another_rank_tells_what_rank_0_cannot(error, expected):
    assert tells(Rank(0), error)
    assert tells(Rank(1), error) == expected


def test_ranks_that_cannot_read_the_same_are_named():
    _require_alike([("a", ""), ("a", "")])
    with pytest.raises(ValueError, match=r"rank 1 cannot begin:\nerror: none\.csv"):
        _require_alike([("a", ""), ("", "error: none.csv: no such file")])
    with pytest.raises(ConfigError, match="rank 2 reads other data than rank 0"):
        _require_alike([("a", ""), ("a", ""), ("b", "")])


class Follower(Rank):
    """Rank 1, which hears one thing after the other, and keeps what it tells."""

    def broadcast(self, value):
        return self.heard.pop(0)

    def gather(self, value):
        self.told = value
        return [value]


def test_the_others_come_to_the_same_run_or_tell_why_not(here):
    (here / "points.csv").write_text(
        "".join(f"{n},{n % 5},{n % 2}\n" for n in range(60))
    )
    parser = Parser("train", "", "")
    add_arguments(parser)
    words = ["data={kind: table, path: points.csv}", "model.kind=mlp", "--run-dir=run"]
    args = parser.parse_intermixed_args(words)
    first = start(args, Rank(0), 2)
    plain = json.loads(json.dumps(first.plain()))
    other = start(args, Follower(1, [(plain, 0), (None, 0)]), 2)
    assert other.run.plan == first.run.plan
    assert other.run.schedules == first.run.schedules
    assert other.task.fingerprint() == first.task.fingerprint()
    assert other.folder.path == here / "run" and not other.resume
    (here / "points.csv").unlink()
    lacking = Follower(1, [(plain, 0)])
    with pytest.raises(IndexError):  # rank 0 would end it here
        start(args, lacking, 2)
    assert "points.csv: no such file" in lacking.told[1]


@pytest.mark.parametrize("option", ["--example", "--dry-run"])
def test_what_trains_nothing_starts_no_processes_and_is_told_once(
    option, capsys, monkeypatch
):
    monkeypatch.setenv("WORLD_SIZE", "4")
    shown = []
    for rank in "01":
        monkeypatch.setenv("RANK", rank)
        assert main(["train", "synthetic", option]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] and not shown[1]
    if option == "--dry-run":
        assert "4 processes by DDP, each with 8 samples of a batch" in shown[0]
        monkeypatch.setenv("RANK", "0")
        assert main(["train", "synthetic", option, "train.batch_size=30"]) == 2
        assert "must be a multiple of 4, got 30; use 28" in capsys.readouterr().err


def test_wrong_words_are_told_by_rank_0(capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank, told in (("0", 1), ("1", 0)):
        monkeypatch.setenv("RANK", rank)
        assert main(["train", "--nope"]) == 2
        assert capsys.readouterr().err.count("--nope") == told


def test_an_error_of_another_rank_has_its_number(capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr("lehr.cli.train.find_spec", lambda name: None)
    assert main(["train"]) == 2
    assert capsys.readouterr().err.startswith("[rank 1] error: lehr train needs torch")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--auto-resume"], "--auto-resume needs the folder of the run"),
        (["--auto-resume", "--resume", "--run-dir", "a"], "not allowed with"),
        ([], "torchrun may restart this up to 3 times"),
    ],
)
def test_a_restart_needs_a_run_to_go_on_with(
    here, capsys, monkeypatch, arguments, message
):
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "3")
    assert main(["train", *arguments]) == 2
    shown = capsys.readouterr().err
    assert message in shown and "= " in shown
    assert list(here.iterdir()) == []


def test_one_command_starts_a_run_goes_on_and_then_has_nothing_to_do(here, capsys):
    command = ["train", *TINY, "--auto-resume", "--run-dir", "run"]
    assert main([*command, "--time-limit", "0.0001s"]) == 75
    assert main(command) == 0
    ended = json.loads((here / "run" / "summary.json").read_text())
    assert main(command) == 0
    assert "the run in run has finished" in capsys.readouterr().out
    assert json.loads((here / "run" / "summary.json").read_text()) == ended
    assert main([*command, "train.batch_size=8"]) == 2
    assert "train.batch_size was 32" in capsys.readouterr().err


def test_a_run_that_goes_on_shows_its_schedules_as_they_were_written(here, capsys):
    command = ["train", *TINY[:-1], "--auto-resume", "--run-dir", "run"]
    for _ in range(2):
        assert main([*command, "--time-limit", "0.0001s"]) == 75
        shown = capsys.readouterr().out
        assert "lr = warmup_cosine(1e-2, warmup=10%, total=100%)" in shown
        assert max(map(len, shown.splitlines())) <= 80
    assert 'run "synthetic" is continued in run' in shown


@pytest.fixture
def torchrun(monkeypatch):
    """Pretend to be started by torchrun, for the n-th time."""

    def start(number, launch="a"):
        monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "3")
        monkeypatch.setenv("TORCHELASTIC_RUN_ID", launch)
        monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", str(number))

    assert "TORCHELASTIC_RUN_ID" not in os.environ
    return start


def test_what_was_to_stop_stays_stopped_until_it_is_launched_again(
    here, capsys, torchrun
):
    command = ["train", *TINY, "--auto-resume", "--run-dir", "run"]
    torchrun(0)
    assert main([*command, "--time-limit", "0.0001s"]) == 75
    for number in (1, 2):
        torchrun(number)
        assert main(command) == 75
        assert "the time limit had stopped the run" in capsys.readouterr().out
    torchrun(0, "b")
    assert main(command) == 0
    assert (here / "run" / "summary.json").exists()
