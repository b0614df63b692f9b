"""Which classes are taken for which."""

import pytest
import torch

from lehr.training import ConfusionMatrix


def filled(pairs, num_classes, **options):
    """A matrix that was shown these pairs of true and predicted class."""
    confusion = ConfusionMatrix(num_classes, **options)
    true, predicted = torch.tensor(pairs).T
    confusion.update(predicted, true)
    return confusion


def test_rows_are_true_and_columns_predicted():
    pairs = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]
    confusion = filled(pairs, 3)
    assert confusion.matrix.tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert confusion.compute().equal(confusion.matrix)
    assert confusion.support.tolist() == [2, 2, 1]
    assert confusion.accuracy == 0.6


def test_two_batches_add_up():
    confusion = ConfusionMatrix(2)
    confusion.update(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]))
    confusion.update(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]))
    assert confusion.matrix.tolist() == [[2, 1], [1, 2]]
    confusion.reset()
    assert confusion.matrix.tolist() == [[0, 0], [0, 0]]


def test_counts_become_shares_of_rows_columns_or_all():
    confusion = filled([(0, 0), (0, 1), (1, 1), (1, 1)], 2)
    assert confusion.normalized("row").tolist() == [[0.5, 0.5], [0, 1]]
    assert confusion.normalized("total").tolist() == [[0.25, 0.25], [0, 0.5]]
    assert confusion.normalized("none").tolist() == [[1, 1], [0, 2]]
    assert confusion.normalized("column").tolist() == [
        [1, pytest.approx(1 / 3)],
        [0, pytest.approx(2 / 3)],
    ]
    with pytest.raises(ValueError, match="over must be one of none, row, column"):
        confusion.normalized("rows")


def test_precision_recall_and_f1_of_each_class():
    confusion = filled([(0, 0), (1, 0), (1, 1), (1, 1), (2, 2)], 3)
    assert confusion.precision.tolist() == [0.5, 1, 1]
    assert confusion.recall.tolist() == [1, pytest.approx(2 / 3), 1]
    assert confusion.f1.tolist() == [pytest.approx(2 / 3), pytest.approx(0.8), 1]


def test_a_share_of_nothing_is_0():
    confusion = ConfusionMatrix(2)
    assert confusion.accuracy == 0
    for values in (confusion.precision, confusion.recall, confusion.f1):
        assert values.tolist() == [0, 0]
    assert confusion.normalized("total").tolist() == [[0, 0], [0, 0]]


def test_it_agrees_with_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional")
    torch.manual_seed(0)
    scores, target = torch.randn(300, 5), torch.randint(4, (300,))  # class 4 is absent
    confusion = ConfusionMatrix(5)
    for part in range(0, 300, 64):
        confusion.update(scores[part : part + 64], target[part : part + 64])
    task = {"task": "multiclass", "num_classes": 5}
    matrix = functional.confusion_matrix(scores, target, **task)
    assert confusion.matrix.equal(matrix)
    for name in ("precision", "recall", "f1_score"):
        other = getattr(functional, name)(scores, target, average="none", **task)
        ours = getattr(confusion, name.removesuffix("_score"))
        torch.testing.assert_close(ours, other.double(), atol=1e-6, rtol=0)


def test_scores_and_classes_give_the_same_whatever_the_shape():
    torch.manual_seed(0)
    scores, target = torch.randn(4, 6, 3), torch.randint(3, (4, 6))
    by_scores, by_classes = ConfusionMatrix(3), ConfusionMatrix(3)
    by_scores.update(scores, target)
    by_classes.update(scores.argmax(-1), target)
    assert by_scores.matrix.equal(by_classes.matrix)
    assert by_scores.matrix.sum() == 24


def test_an_empty_batch_counts_nothing():
    confusion = ConfusionMatrix(2)
    confusion.update(torch.zeros(0, 2), torch.zeros(0).long())
    assert confusion.matrix.sum() == 0


def test_the_table_is_aligned_and_named():
    confusion = filled([(0, 0), (1, 0), (1, 1)], 2, names=("no", "certainly"))
    assert str(confusion) == (
        "true / predicted      no  certainly  recall\n"
        "no                     1          0  1.0000\n"
        "certainly              1          1  0.5000\n"
        "precision         0.5000     1.0000"
    )


@pytest.mark.parametrize(
    ("output", "target", "error", "message"),
    [
        ([0, 2], [0, 1], ValueError, "classes must be in 0..1, got 0..2"),
        ([0, 1], [0, -100], ValueError, "classes must be in 0..1, got -100..1"),
        ([0.0, 1.0], [0, 1], TypeError, "classes must be integers, got .*float32"),
        ([0, 1], [0.0, 1.0], TypeError, "classes must be integers, got .*float32"),
        ([0, 1, 1], [0, 1], ValueError, "ConfusionMatrix needs one class dimension"),
    ],
)
def test_what_cannot_be_counted_is_refused(output, target, error, message):
    confusion = ConfusionMatrix(2)
    with pytest.raises(error, match=message):
        confusion.update(torch.tensor(output), torch.tensor(target))
    assert confusion.matrix.sum() == 0


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="num_classes must be >= 1, got 0"):
        ConfusionMatrix(0)
    for names in (("a",), ("a", "a"), ("a", "b", "c")):
        with pytest.raises(ValueError, match="names must be 2 different ones"):
            ConfusionMatrix(2, names)
