"""`lehr import`: configurations and logs as schedules, with how sure that is."""

import json

import pytest

import lehr.config
from cli.desk import FILES, MEGATRON, history, logged
from lehr import from_config
from lehr.config import read_schedule


def expression(out):
    return read_schedule(out.strip())


@pytest.mark.parametrize("name", ["metrics.csv", "trainer_state.json"])
@pytest.mark.parametrize("piped", [False, True])
def test_the_schedule_of_a_log_is_found(name, piped, shell):
    words = ["-"] if piped else [name]
    text = FILES[name] if piped else None
    code, out, err = shell("import", *words, "--to", "expression", piped=text)
    assert code == 0
    found = expression(out)
    assert all(abs(found(t) - logged(t)) < 1e-15 for t in range(0, 1000, 7))
    assert err.splitlines()[1].startswith("recognized: within ")


def test_lines_of_json_are_a_log(shell):
    rows = json.loads(history())["log_history"]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    words = ["import", "-", "--first", "1", "--json"]
    code, out, _ = shell(*words, piped=text)
    facts = json.loads(out)
    assert (code, facts["recognized"], facts["points"]) == (0, True, 100)
    assert facts["relative"] < 1e-11
    assert facts["source"] == "<stdin>"


def test_a_folder_with_a_log_is_one(shell, desk):
    (desk / "folder" / "metrics.csv").write_text(FILES["metrics.csv"])
    code, out, _ = shell("import", "folder", "--to", "expression")
    assert code == 0
    assert expression(out)(100) == 3e-4


def test_columns_can_be_named(shell, desk):
    text = FILES["metrics.csv"].replace("step,loss,lr", "when,loss,eta")
    (desk / "log.csv").write_text(text)
    assert shell("import", "log.csv")[0] == 2
    words = ["--column", "eta", "--step", "when", "--to", "expression"]
    assert shell("import", "log.csv", *words)[0] == 0


def test_noise_is_not_recognized_and_the_code_is_1(shell):
    code, out, err = shell("import", "noise.csv", "--to", "expression")
    assert (code, out) == (1, "")
    assert "not recognized" in err
    code, out, _ = shell("import", "noise.csv", "--json")
    facts = json.loads(out)
    assert (code, facts["recognized"], facts["expression"]) == (1, False, None)


def test_more_noise_can_be_allowed(shell, desk):
    rows = (f"{t},{1 - t / 20 + t * 7919 % 101 / 1e4!r}\n" for t in range(10))
    (desk / "rough.csv").write_text("step,lr\n" + "".join(rows))
    assert shell("import", "rough.csv")[0] == 1
    assert shell("import", "rough.csv", "--tolerance", "2e-2")[0] == 0


def test_what_the_log_does_not_show_is_said(shell, desk):
    steps = [0, *range(200, 1001, 100)]
    rows = "".join(f"{t},{logged(t)!r}\n" for t in steps)
    (desk / "sparse.csv").write_text("step,lr\n" + rows)
    assert "a guess between updates 0 to 200" in shell("import", "sparse.csv")[1]


@pytest.mark.parametrize("piped", [False, True])
def test_flags_are_a_configuration(piped, shell):
    words = ["-"] if piped else ["flags.txt"]
    text = MEGATRON if piped else None
    code, out, err = shell("import", *words, "--to", "expression", piped=text)
    assert (code, expression(out)) == (0, from_config(MEGATRON))
    assert "a configuration of megatron" in err


def test_a_configuration_becomes_a_document(shell, monkeypatch):
    if not hasattr(lehr.config, "write_document"):
        monkeypatch.setattr(
            lehr.config, "write_document", lambda data, _: json.dumps(data), False
        )
    _, out, _ = shell("import", "step.yaml", "--base", "0.1", "--to", "json")
    text = json.loads(out)["schedules"]["lr"]
    assert text == "Step(start=0.1, factor=0.1, every=30)"


def test_what_is_nobodys_is_told_and_the_code_is_1(shell, desk):
    (desk / "mine.yaml").write_text("a: 1\n")
    code, out, err = shell("import", "mine.yaml")
    assert (code, out) == (1, "")
    assert "no library's scheduler is in the configuration" in err
    assert "say it: --library NAME" in err


def test_a_configuration_that_leaves_its_length_to_the_run_is_told_it(shell, desk):
    text = '{"learning_rate": 1e-3, "lr_scheduler_type": "linear", "output_dir": "x"}'
    (desk / "args.json").write_text(text)
    code, _, err = shell("import", "args.json")
    assert code == 2
    assert "or give the run: --plan dataset_size=50k,batch_size=32,epochs=90" in err
    words = ["--plan", "dataset_size=1000,batch_size=10,epochs=3"]
    code, out, _ = shell("import", "args.json", *words, "--to", "expression")
    assert code == 0
    assert expression(out)(150) == 5e-4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run.yaml"], "it needs no import: lehr show run.yaml"),
        (["step.yaml"], "give it: --base 1e-3"),
        (["step.yaml", "--base", "-1"], "must be > 0 and finite"),
        (["step.yaml", "--base", "x"], "must be a number"),
        (["ds.json", "--library", "deepsped"], 'did you mean "deepspeed"?'),
        (["metrics.cvs"], 'did you mean "metrics.csv"?'),
        (["gone.csv"], "gone.csv"),
        (["mine.py"], "a Python file is code, which is not run"),
        (["folder"], "no log that is known by its name"),
        (["binary.yaml"], "not UTF-8 text"),
        (["empty.txt"], "is empty"),
        (["ds.json", "--json", "--to", "yaml"], "leave one out"),
    ],
)
def test_a_mistake_gets_a_message_and_exit_code_2(words, message, shell):
    code, out, err = shell("import", *words)
    assert (code, out) == (2, "")
    assert err.startswith("error")
    assert message in err
