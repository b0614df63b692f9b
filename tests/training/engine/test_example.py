"""The example for many processes, in two of them."""

from training.engine.launch import HERE, torchrun

EXAMPLE = HERE.parents[2] / "examples" / "train_distributed.py"


def test_the_example_learns_in_two_processes_and_says_so_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = torchrun(EXAMPLE)
    assert done.code == 0, done.output
    assert done.output.count("2 process(es), 96 updates") == 1
    assert "Warning" not in done.output
