"""Every code of a problem has a page, and what it shows is what is said."""

import importlib
import re
from types import SimpleNamespace

import pytest

from lehr.cli.main import main
from lehr.config.error_pages import PAGES, message
from lehr.config.errors import CODES, ConfigError
from lehr.importing import from_config

QUICK = [p for p in PAGES.values() if p.code in CODES and not p.shown]
TYPED = ["LH110", "LH121", "LH122", "LH123", "LH124"]


def same(shown, said):
    """Tell whether what is said begins as is shown, where `...` stands for anything."""
    pattern = ".*?".join(map(re.escape, shown.split("...")))
    return re.match(pattern, said, re.DOTALL)


def test_every_code_has_a_page():
    assert set(CODES) <= set(PAGES), "a page each in lehr/config/error_pages"


@pytest.mark.parametrize("page", QUICK, ids=lambda page: page.code)
def test_a_text_with_the_problem_is_refused_for_it(page):
    said = message(page)
    assert said.startswith(f"error[{page.code}]: ")
    assert said.count("error[") == 1, "one problem per example"


def test_every_page_fits_a_terminal():
    for page in (PAGES[code] for code in CODES):
        assert max(map(len, message(page).splitlines())) <= 76, page.code


@pytest.mark.parametrize("code", TYPED)
def test_a_command_is_refused_as_its_page_shows(code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_text("")
    page = PAGES[code]
    _, *words = page.example.split()
    assert main(words) == 2
    said = capsys.readouterr().err.replace(f"{tmp_path.resolve()}/", "")
    assert same(page.shown, said), said


def test_another_librarys_scheduler_is_refused_as_shown():
    with pytest.raises(ConfigError) as caught:
        from_config(PAGES["LH114"].example)
    assert same(PAGES["LH114"].shown, str(caught.value))


@pytest.mark.parametrize("code", ["LH115", "LH116"])
def test_an_optimizer_is_refused_as_shown(code, monkeypatch):
    from torch import nn

    from lehr.optimizer import build_optimizer

    def without_one(name):
        if name == "schedulefree":
            raise ImportError("not here")
        return importlib.import_module(name)

    monkeypatch.setattr("lehr.optimizer.catalog.import_module", without_one)
    names = {"build_optimizer": build_optimizer, "model": nn.Linear(1, 1)}
    with pytest.raises(ConfigError) as caught:
        eval(PAGES[code].example, names)
    assert same(PAGES[code].shown, str(caught.value)), str(caught.value)


@pytest.mark.skipif("LH140" not in CODES, reason="there are no edits of texts yet")
def test_an_edit_is_refused_as_shown():
    edited = importlib.import_module("lehr.config.edits").edited
    with pytest.raises(ConfigError) as caught:
        eval(PAGES["LH140"].example, {"edited": edited})
    assert same(PAGES["LH140"].shown, str(caught.value))


def test_a_run_is_not_continued_with_other_settings(tmp_path, monkeypatch):
    from lehr.cli import train_resume
    from lehr.config.documents import parse_document

    (tmp_path / "run.yaml").write_text("train: {epochs: 7}\n")
    folder = SimpleNamespace(
        exists=True, resolved=tmp_path / "run.yaml", facts={"folder": "."}
    )
    wanted = parse_document("train: {epochs: 7}").merged(("train", "epochs"), 9)
    asked = SimpleNamespace(
        is_nothing=False, name=None, data=None, laid_over=lambda saved: wanted
    )
    monkeypatch.setattr(train_resume, "RunFolder", lambda chosen: folder)
    monkeypatch.setattr(
        train_resume,
        "checked",
        lambda document, *rest: [SimpleNamespace(resolved=lambda: document.data)],
    )
    with pytest.raises(ConfigError) as caught:
        train_resume.run_to_continue(tmp_path, asked)
    assert same(PAGES["LH125"].shown, str(caught.value))
