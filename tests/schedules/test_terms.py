"""Sum, Product, Minimum, Maximum: several schedules on one clock."""

import math
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Constant, Cosine, Linear, Maximum, Minimum, Noise, Product, Step, Sum

A, B, C = Cosine(1.0, 0.2, 30), Linear(0.1, 0.9, 20), Step(0.5, 0.5, 7)
JOINED = {
    Sum: lambda x, y: x + y,
    Product: lambda x, y: x * y,
    Minimum: min,
    Maximum: max,
}
each = pytest.mark.parametrize(("family", "join"), JOINED.items())


@each
@given(t=st.integers(-3, 60))
def test_joins_the_values_of_its_terms(family, join, t):
    assert family((A, B, C))(t) == reduce(join, [A(t), B(t), C(t)])


@each
def test_one_in_another_is_taken_apart(family, join):
    assert (
        family((A, family((B, C)))) == family((family((A, B)), C)) == family((A, B, C))
    )


@each
def test_takes_numbers_as_constants(family, join):
    assert family((A, 0.5)) == family((A, Constant(0.5)))
    assert family((A, 0.5))(3) == join(A(3), 0.5)


@each
def test_ends_with_its_longest_term(family, join):
    assert family((A, B)).steps == 30
    assert family((A, C)).steps == math.inf
    assert 20 in family((A, B)).breakpoints


@each
def test_of_one_term_it_is_that_term(family, join):
    assert [family((A,))(t) for t in range(40)] == [A(t) for t in range(40)]


def test_a_sum_of_areas_is_the_area_of_the_sum():
    both = A + B
    assert both.area(-5, 50) == pytest.approx(
        A.area(-5, 50) + B.area(-5, 50), rel=1e-13
    )


def test_a_product_with_stairs_has_an_exact_area():
    shaken = A * Noise(0.1, seed=1)
    noise = Noise(0.1, seed=1)
    by_hand = sum(noise(t) * A.area(t, t + 1) for t in range(30))
    assert shaken.area(0, 30) == pytest.approx(by_hand, rel=1e-13)


def test_changes_when_one_of_its_terms_does():
    stairs = Step(1.0, 0.5, 10) + Step(1.0, 0.5, 15)
    assert [stairs.next_change(t) for t in (0, 9, 10, 15, 20)] == [10, 10, 15, 20, 30]


def test_phases_end_where_those_of_a_term_do():
    warm = Linear(0.0, 1.0, 10).then(Cosine(1.0, 0.0, 90)) + 0.1
    first, second = warm.phases
    assert (first.name, first.span, first.start_value) == ("warmup", (0, 10), 0.1)
    assert (second.name, second.span) == ("decay", (10, 100))
    assert second.end_value == pytest.approx(0.1)


@each
@pytest.mark.parametrize(
    ("terms", "error", "message"),
    [
        ((), ValueError, r"terms must hold at least one schedule, got \(\)"),
        (A, TypeError, "terms must be a tuple of schedules, got Cosine"),
        ((A, "x"), TypeError, r"terms\[1\] must be a number, got 'x'"),
        ((A, True), TypeError, r"terms\[1\] must be a number, got True"),
        ((A, math.nan), ValueError, "value must be finite, got nan"),
    ],
)
def test_names_what_it_refuses(family, join, terms, error, message):
    with pytest.raises(error, match=message):
        family(terms)
