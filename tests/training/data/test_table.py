"""Tables from CSV files: read, standardized, refused line by line."""

import pytest
import torch

from lehr.training.data import read_table


def table(tmp_path, text):
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


def rows(count):
    return "".join(f"{n},{n * n % 7},1,{n % 2}\n" for n in range(count))


def test_reads_numbers_and_classes(tmp_path):
    parts = read_table(table(tmp_path, rows(40)))
    assert parts.classes == 2
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [26, 6, 8]
    for part in (parts.train, parts.validation, parts.test):
        assert part.labels.tolist() == [n % 2 for n in part.numbers.tolist()]


def test_columns_are_standard_over_the_training_rows(tmp_path):
    parts = read_table(table(tmp_path, rows(60)))
    train = parts.train.inputs
    assert torch.allclose(train.mean(0), torch.zeros(3), atol=1e-6)
    assert train.std(0, correction=0).tolist() == pytest.approx([1, 1, 0], abs=1e-6)
    raw = torch.arange(60.0)[parts.train.numbers]
    expected = (parts.test.numbers - raw.mean()) / raw.std(correction=0)
    assert torch.allclose(parts.test.inputs[:, 0], expected, atol=1e-5)


def test_a_heading_and_blank_lines_are_passed_over(tmp_path):
    plain = read_table(table(tmp_path, rows(20)))
    headed = read_table(table(tmp_path, "a,b,c,class\n\n" + rows(20) + "\n"))
    assert torch.equal(plain.train.inputs, headed.train.inputs)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "data set is empty"),
        ("a,b\n", "data set is empty"),
        ("1\n", "csv:1: a row needs a number and a class"),
        ("1,2,0\n1,0\n", "csv:2: rows must be of one length, got 2 cells after 3"),
        ("1,2,0\n1,x,0\n", "csv:2: every cell must be a finite number, got 'x'"),
        ("1,inf,0\n", "csv:1: every cell must be a finite number, got 'inf'"),
        ("1,2,-1\n", "csv:1: the class must be a whole number >= 0, got '-1'"),
        ("1,2,0.5\n", "csv:1: the class must be a whole number >= 0, got '0.5'"),
        ("1,2,0\n" * 9, "one class, 0"),
        ("1,2,0\n1,2,999\n", "names class 999 in 2 rows"),
        ("1,2,0\n" * 9 + "1,2,1\n", "class 1 has 1"),
    ],
)
def test_refuses_what_is_no_table_and_names_the_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_table(table(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "table.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8"):
        read_table(tmp_path / "table.csv")


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.csv")
