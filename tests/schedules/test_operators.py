"""The operators: what reads naturally, and errors that say what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Constant, Cosine, Linear, Product, Scale, Sum

A, B = Linear(0.0, 1.0, 10), Cosine(2.0, 1.0, 20)
times = st.integers(-5, 30)


@given(times)
def test_arithmetic_is_that_of_the_values(t):
    a, b = A(t), B(t)
    assert (A + B)(t) == a + b
    assert (A - B)(t) == a - b
    assert (A * B)(t) == a * b
    assert (-A)(t) == -a
    assert (2 * A)(t) == (A * 2)(t) == 2 * a
    assert (A / 4)(t) == a / 4
    assert (A + 1)(t) == (1 + A)(t) == a + 1
    assert (A - 1)(t) == a - 1
    assert (1 - A)(t) == 1 - a


def test_operators_build_the_plain_combinators():
    assert Sum((A, B)) == A + B
    assert Product((A, B)) == A * B
    assert 0.5 * A == A * 0.5 == Scale(A, 0.5)
    assert Sum((A, Constant(0.1))) == A + 0.1
    assert A.then(B).pieces == (A, B)
    assert sum([A, B, A]) == Sum((Constant(0), A, B, A))


@given(st.floats(0.1, 10), times)
def test_division_by_a_number_is_division(divisor, t):
    assert (B / divisor)(t) == pytest.approx(B(t) / divisor, rel=1e-15)


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda: A + "1", TypeError, "must be a number, got '1'"),
        (lambda: A * "1", TypeError, "must be a number, got '1'"),
        (lambda: A * True, TypeError, "must be a number, got True"),
        (lambda: A - None, TypeError, "must be a number, got None"),
        (lambda: A / 0, ValueError, "divisor must not be 0, got 0"),
        (lambda: A / B, TypeError, "divide by a number, not by a schedule"),
        (lambda: 1 / A, TypeError, "divide by a number, not by a schedule"),
        (
            lambda: A[3],
            TypeError,
            r"schedule\[start:stop\], got \[3\]; .*schedule\(t\)",
        ),
        (lambda: A[0:9:2], TypeError, r"sliced as schedule\[start:stop\]"),
        (lambda: A.then(0.5), TypeError, r"pieces\[1\] .*write Constant\(0.5\)"),
        (lambda: list(A), TypeError, "object is not iterable"),
    ],
)
def test_wrong_operands_are_told_what_to_do(use, error, message):
    with pytest.raises(error, match=message):
        use()


def test_wrong_times_are_told_what_to_do():
    for wrong in ("5", None, [1, 2], A):
        with pytest.raises(TypeError, match="t must be a number or an array"):
            A(wrong)
