"""torch's cosines: golden values, and restarts in big integers."""

import math

import pytest

from lehr.dialects.torch import cosine_annealing, cosine_annealing_warm_restarts

RESTARTS = (
    *(1, 0.853553, 0.5, 0.146447),
    *(1, 0.96194, 0.853553, 0.691342, 0.5, 0.308658, 0.146447, 0.03806),
    1,
)


def test_annealing_climbs_back_after_its_length_and_again():
    lr = cosine_annealing(1.0, T_max=8)
    assert [round(lr(n), 4) for n in (7, 8, 9, 16, 24)] == [0.0381, 0, 0.0381, 1.0, 0]
    assert lr(8 + 16 * 10**11) == 0.0
    assert lr(16 * 10**11) == 1.0
    assert lr[:8](10**9) == 0.0


def test_golden_restarts():
    lr = cosine_annealing_warm_restarts(1.0, T_0=4, T_mult=2)
    assert [lr(n) for n in range(13)] == pytest.approx(RESTARTS, abs=1e-6)
    lr = cosine_annealing_warm_restarts(0.1, T_0=4, T_mult=2, eta_min=1e-6)
    golden = [0.1, 0.0853554855, 0.0500005, 0.0146455145, 0.1, 0.0961940147]
    assert [lr(n) for n in range(6)] == pytest.approx(golden, rel=1e-8)


def restart(first, stretch, number):
    """Return the step at which cycle `number` begins, in whole numbers."""
    return sum(first * stretch**i for i in range(number))


@pytest.mark.parametrize("stretch", range(1, 11))
@pytest.mark.parametrize("first", [1, 3, 10, 999])
def test_a_restart_has_the_value_of_a_restart_up_to_a_million_million(first, stretch):
    lr = cosine_annealing_warm_restarts(1.0, T_0=first, T_mult=stretch)
    numbers = {0, 1, 2, 3, 7, 10**6, 10**9} if stretch == 1 else range(60)
    for number in numbers:
        begin = first * number if stretch == 1 else restart(first, stretch, number)
        length = first * stretch**number
        if begin > 10**12:
            break
        assert lr(begin) == 1.0, number
        # The last step of a cycle: sin^2 of the half angle that remains.
        last = math.sin(math.pi / (2 * length)) ** 2
        assert lr(begin + length - 1) == pytest.approx(last, rel=1e-12)
        middle = begin + length // 3
        part = (length // 3) / length
        expected = math.cos(math.pi / 2 * part) ** 2
        assert lr(middle) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("curve", "wrong", "message"),
    [
        (cosine_annealing, {"T_max": 0}, "T_max must be >= 1, got 0"),
        (cosine_annealing, {"T_max": 0.5}, "T_max must be a whole number, got 0.5"),
        (cosine_annealing, {"T_max": 5, "eta_min": math.nan}, "eta_min must be finite"),
        (cosine_annealing_warm_restarts, {"T_0": 0}, "T_0 must be >= 1, got 0"),
        (
            cosine_annealing_warm_restarts,
            {"T_0": 5, "T_mult": 1.5},
            "T_mult must be a whole number, got 1.5",
        ),
        (
            cosine_annealing_warm_restarts,
            {"T_0": 5, "last_epoch": 7},
            "last_epoch must be -1, got 7",
        ),
    ],
)
def test_names_what_it_refuses(curve, wrong, message):
    with pytest.raises(ValueError, match=message):
        curve(0.1, **wrong)
