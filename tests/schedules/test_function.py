"""Function: a user's own function as a schedule."""

import math
import pickle

import numpy as np
import pytest

from lehr import Cosine, Function, Linear


def half_life(t):
    return 0.5 ** (t / 10)


def test_is_the_function_between_its_held_ends():
    lr = Function(lambda t: 0.1 * 0.5**t, steps=3)
    assert [lr(t) for t in (-7, 0, 1, 3, 10**9)] == [0.1, 0.1, 0.05, 0.0125, 0.0125]


def test_one_that_has_a_name_is_a_value():
    lr = Function(math.sqrt, steps=100)
    assert lr.function == "math:sqrt"
    assert lr == Function("math:sqrt", steps=100) == pickle.loads(pickle.dumps(lr))
    assert pickle.loads(pickle.dumps(lr))(49) == 7.0


def test_a_closure_works_as_long_as_the_program_runs():
    scale = 3.0
    lr = Function(lambda t: scale * t, steps=5)
    assert lr(2) == 6.0
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(lr)


def test_arrays_are_worked_off_element_by_element():
    lr = Function(half_life, steps=50)
    t = np.array([[0, 10], [20, 90]])
    np.testing.assert_array_equal(lr(t), [[1.0, 0.5], [0.25, 0.5**5]])


def test_a_vectorized_one_sees_the_array():
    seen = []
    lr = Function(lambda t: seen.append(type(t)) or 2 * t, steps=50, vectorized=True)
    np.testing.assert_array_equal(lr(np.array([1.0, 60.0])), [2.0, 100.0])
    assert np.ndarray in seen


def test_composes_and_has_facts_like_any_other():
    lr = Linear(0.0, 1.0, 5).then(Function(half_life, steps=40))
    assert lr(15) == 0.5
    assert (lr.minimum, lr.maximum) == (0.0, 1.0)
    assert lr[5:].minimum == 0.5**4
    assert lr[5:].first_step_below(0.3) == 18
    area = 10 / math.log(2) * (1 - 0.5**4)
    assert lr.area(5, 45) == pytest.approx(area, rel=1e-12)


def test_endless_it_says_what_cannot_be_known():
    lr = Function(half_life)
    assert lr.first_step_below(0.3) == 18
    assert (lr.minimum, lr.maximum) == (-math.inf, math.inf)
    assert lr[:50].minimum == 0.5**5
    with pytest.raises(ValueError, match=r"no known bounds.*schedule\[:n\]"):
        lr.first_step_below(-1)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (3, TypeError, "function must be callable or a name, got 3"),
        ("math:nothing", ValueError, "name a callable as 'module:name', got 'math:not"),
        ("nowhere:f", ValueError, "name a callable as 'module:name', got 'nowhere:f'"),
        ("math:pi", ValueError, "name a callable as 'module:name', got 'math:pi'"),
    ],
)
def test_names_what_it_refuses(wrong, error, message):
    with pytest.raises(error, match=message):
        Function(wrong)


def test_refuses_a_negative_length():
    with pytest.raises(ValueError, match="steps must be >= 0, got -1"):
        Function(half_life, steps=-1)


def test_a_schedule_is_callable_too():
    assert Function(Cosine(1.0, 0.0, 10), steps=5)(9) == pytest.approx(0.5)


def test_what_a_function_holds_past_its_end_is_bounded_by_it():
    schedule = Function(lambda t: 1.0 - t / 10, steps=10).then(Linear(0.0, 0.5, 5))
    assert Function(lambda t: t, steps=3).bounds(5, 10**9) == (3.0, 3.0)
    assert schedule.maximum == 1.0
