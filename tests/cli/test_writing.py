"""Files are written whole or not at all, and stay what they are."""

import os
import stat
import threading

import pytest

from lehr.cli.usage import UsageError
from lehr.cli.writing import rewrite, whole, write


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_text_that_breaks_off_leaves_the_file_and_nothing_beside_it(here):
    write("a.yaml", "old")
    with pytest.raises(KeyboardInterrupt), whole("a.yaml") as file:
        file.write("half")
        raise KeyboardInterrupt
    assert (here / "a.yaml").read_text() == "old"
    assert os.listdir(here) == ["a.yaml"]


def test_a_link_and_the_mode_behind_it_stay(here):
    write("real.yaml", "old")
    os.chmod("real.yaml", 0o604)
    (here / "link.yaml").symlink_to("real.yaml")
    write("link.yaml", "new")
    assert (here / "link.yaml").is_symlink()
    assert (here / "real.yaml").read_text() == "new"
    assert stat.S_IMODE(os.stat("real.yaml").st_mode) == 0o604


def test_line_ends_and_the_mark_stay_where_a_text_has_none(here):
    (here / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    rewrite("a.yaml", "a: 3\nb: 2\n")
    assert (here / "a.yaml").read_bytes() == b"\xef\xbb\xbfa: 3\r\nb: 2\r\n"


def test_a_pipe_is_written_and_not_replaced(here):
    os.mkfifo("pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((here / "pipe").read_text()))
    reader.start()
    write("pipe", "through")
    reader.join(10)
    assert read == ["through"]
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


@pytest.mark.parametrize(
    ("name", "message"), [(".", ". is a folder"), ("no/such", "there is no folder no")]
)
def test_what_cannot_be_a_file_is_refused(name, message):
    with pytest.raises(UsageError, match=message):
        write(name, "text")


def test_an_error_names_the_file_that_was_asked_for(here, monkeypatch):
    def full(name, *_, **__):
        raise OSError(28, "No space left on device", name)

    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(OSError, match="No space") as caught:
        write("a.yaml", "text")
    assert caught.value.filename == "a.yaml"
