"""Triangular: cyclic rates, against torch's CyclicLR."""

from math import inf, nan

import pytest

from lehr import Linear, Triangular


def test_triangular2_is_that_of_torch():
    lr = Triangular(0.0, 1.0, up=2, mode="triangular2")
    assert [lr(t) for t in range(13)] == [
        0,
        0.5,
        1,
        0.5,
        0,
        0.25,
        0.5,
        0.25,
        0,
        0.125,
        0.25,
        0.125,
        0,
    ]


def test_exp_range_is_that_of_torch():
    lr = Triangular(0.0, 1.0, up=2, mode="exp_range", factor=0.9)
    assert [lr(t) for t in range(7)] == pytest.approx(
        [0, 0.45, 0.81, 0.3645, 0, 0.295245, 0.531441], rel=1e-12
    )


@pytest.mark.parametrize("mode", ["triangular", "triangular2", "exp_range"])
@pytest.mark.parametrize(("up", "down"), [(5, None), (3, 8)])
def test_is_cyclic_lr_in_every_mode(mode, up, down):
    torch = pytest.importorskip("torch")
    factor = 0.99 if mode == "exp_range" else 1.0
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    theirs = torch.optim.lr_scheduler.CyclicLR(
        optimizer, 0.01, 0.5, up, down, mode, gamma=factor, cycle_momentum=False
    )
    ours = Triangular(0.01, 0.5, up, down, mode, factor)
    for t in range(60):
        assert ours(t) == pytest.approx(theirs.get_last_lr()[0], rel=1e-9)
        optimizer.step()
        theirs.step()


def test_its_first_half_is_a_line_up():
    lr, line = Triangular(0.1, 0.9, up=7, down=4), Linear(0.1, 0.9, 7)
    assert [lr(t) for t in range(8)] == [line(t) for t in range(8)]
    assert lr(11) == 0.1


def test_knows_its_extremes_for_ever():
    for mode, factor in (("triangular", 1), ("triangular2", 1), ("exp_range", 0.999)):
        lr = Triangular(0.1, 0.9, up=10, mode=mode, factor=factor)
        assert lr.minimum == pytest.approx(0.1, rel=1e-15)
        expected = 0.1 + 0.8 * factor**10
        assert lr.maximum == pytest.approx(expected, rel=1e-12)
        assert lr.is_continuous


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"low": nan}, "low must be finite, got nan"),
        ({"high": inf}, "high must be finite, got inf"),
        ({"up": 0}, "up must be > 0 and finite, got 0"),
        ({"down": -1}, "down must be >= 0 and finite, got -1"),
        ({"mode": "triangle"}, "mode must be one of .*, got 'triangle'; did you mean"),
        ({"factor": 0.9}, "factor must be .* factor=0.9 with mode='triangular'"),
        ({"factor": 1.1, "mode": "exp_range"}, r"factor must be in \(0, 1\]"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Triangular(**{"low": 0.0, "high": 1.0, "up": 5} | wrong)
