"""How often the right class has the highest score, or one of the highest."""

import pytest
import torch

from lehr.training import TopKAccuracy, accuracy


def test_the_top_1_is_the_accuracy():
    torch.manual_seed(0)
    scores, target = torch.randn(50, 7), torch.randint(7, (50,))
    assert TopKAccuracy(1)(scores, target) == accuracy(scores, target)


@pytest.mark.parametrize("k", [1, 2, 5, 7])
def test_it_agrees_with_torchmetrics(k):
    torchmetrics = pytest.importorskip("torchmetrics")
    torch.manual_seed(k)
    scores, target = torch.randn(200, 7), torch.randint(7, (200,))
    other = torchmetrics.functional.accuracy(
        scores, target, task="multiclass", num_classes=7, top_k=k, average="micro"
    )
    assert TopKAccuracy(k)(scores, target) == pytest.approx(other.item())


def test_all_classes_are_among_as_many_as_there_are():
    scores, target = torch.randn(20, 4), torch.randint(4, (20,))
    assert TopKAccuracy(4)(scores, target) == 1


def test_of_equal_scores_the_first_classes_are_the_highest():
    scores = torch.zeros(4, 4)
    target = torch.arange(4)
    for k in (1, 2, 3, 4):
        assert TopKAccuracy(k)(scores, target) == k / 4
    assert accuracy(scores, target) == 0.25


def test_a_score_that_is_nan_is_never_among_the_highest():
    scores = torch.tensor([[float("nan"), 1.0, 0.0], [float("nan"), 1.0, 0.0]])
    assert TopKAccuracy(2)(scores, torch.tensor([0, 1])) == 0.5


def test_the_classes_may_come_last_or_second():
    torch.manual_seed(0)
    last, target = torch.randn(3, 5, 7), torch.randint(7, (3, 5))
    second = last.movedim(-1, 1)
    assert TopKAccuracy(3)(last, target) == TopKAccuracy(3)(second, target)


def test_k_must_be_one_of_the_classes():
    with pytest.raises(ValueError, match="k must be >= 1, got 0"):
        TopKAccuracy(0)
    with pytest.raises(ValueError, match="k must be <= 3, the number of classes, got"):
        TopKAccuracy(4)(torch.ones(2, 3), torch.zeros(2).long())


@pytest.mark.parametrize("metric", [accuracy, TopKAccuracy(1)])
def test_shapes_that_do_not_fit_are_refused(metric):
    with pytest.raises(ValueError, match=r"output \(3,\) and target \(3,\)"):
        metric(torch.ones(3), torch.ones(3))


@pytest.mark.parametrize("shape", [(12,), (4, 3)])
@pytest.mark.parametrize("k", [1, 2])
def test_ignored_targets_do_not_count(shape, k):
    torch.manual_seed(0)
    scores, target = torch.randn(*shape, 5), torch.randint(5, shape)
    kept = torch.rand(shape) < 0.6
    ignoring = torch.where(kept, target, -100)
    metrics = [TopKAccuracy(k)] + ([accuracy] if k == 1 else [])
    for metric in metrics:
        assert metric(scores, ignoring) == metric(scores[kept], target[kept])
