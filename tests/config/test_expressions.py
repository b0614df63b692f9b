"""Expressions: every schedule there and back, and each mistake at its place."""

import math

import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Chain,
    Constant,
    Cosine,
    Function,
    Interpolated,
    Linear,
    Plan,
    Product,
    Repeat,
    Scale,
    Schedule,
    Sum,
    Window,
    one_cycle,
    warmup_cosine,
    warmup_stable_decay,
)
from lehr.config import ConfigError, read_schedule, write_schedule
from lehr.config.names import ALIASES, known

WRITABLE = [each for each in EXAMPLES if "Function(" not in repr(each)]
RUN = Plan(
    dataset_size=1_000, batch_size=10, sequence_length=100, epochs=20
)  # 100 updates an epoch, 2000 in all, 1000 tokens each


def problems(text, plan=None):
    with pytest.raises(ConfigError) as caught:
        read_schedule(text, plan)
    return caught.value.problems


def only_problem(text, plan=None):
    [problem] = problems(text, plan)
    return problem


# ------------------------------------------------------------------- there and back


@pytest.mark.parametrize("schedule", WRITABLE, ids=repr)
def test_every_schedule_is_read_back_from_its_text(schedule):
    text = write_schedule(schedule)
    again = read_schedule(text)
    assert again == schedule
    assert write_schedule(again) == text


LEAVES = st.sampled_from([each for each in WRITABLE if each.steps < math.inf])


def combined(inner):
    pairs = st.tuples(inner, inner)
    factors = st.floats(-1e3, 1e3)
    return st.one_of(
        pairs.map(Chain),
        pairs.map(Sum),
        pairs.map(Product),
        st.builds(Scale, inner, factors),
        st.builds(Window, inner, st.integers(0, 5), st.integers(5, 50)),
    )


@given(st.recursive(LEAVES, combined, max_leaves=12))
def test_any_composition_is_read_back_from_its_text(schedule):
    assert read_schedule(repr(schedule)) == schedule


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_each_number_is_read_as_python_reads_it(number):
    assert read_schedule(repr(number)) == Constant(number)


def test_a_hundred_nested_schedules_are_read_back():
    schedule: Schedule = Linear(0.0, 1.0, 10)
    for _ in range(100):
        schedule = Scale(schedule, 0.5)
    assert read_schedule(repr(schedule)) == schedule


# ------------------------------------------------------------------------- meanings


def test_names_may_be_lower_case_and_a_recipe_goes_before_a_class():
    assert read_schedule("cosine(1, 0, 10)") == Cosine(1.0, 0.0, 10)
    assert read_schedule("Cosine(1, 0, 10)") == Cosine(1.0, 0.0, 10)
    assert isinstance(read_schedule("inverse_sqrt(1, warmup=10)"), Chain)


def test_each_alias_stands_for_a_known_recipe():
    for alias, name in ALIASES.items():
        assert known()[alias] == name
    wsd = read_schedule("wsd(1e-3, warmup=10, decay=20, total=100)")
    assert wsd == warmup_stable_decay(1e-3, warmup=10, decay=20, total=100)


def test_operators_bind_as_in_python():
    ramp = Linear(0.0, 1.0, 10)
    cases = {
        "1 + 2 * linear(0, 1, 10)": 1 + 2 * ramp,
        "(1 + 2) * linear(0, 1, 10)": (1 + 2) * ramp,
        "linear(0, 1, 10) / 4 / 2": ramp / 4 / 2,
        "1 - linear(0, 1, 10) - 0.5": 1 - ramp - 0.5,
        "-linear(0, 1, 10) * linear(0, 1, 10)": -ramp * ramp,
        "- - 2 * linear(0, 1, 8 + 6 / 3)": 2 * ramp,
    }
    for text, expected in cases.items():
        read = read_schedule(text)
        for t in (0, 3, 10, 99):
            assert read(t) == pytest.approx(expected(t), rel=1e-15, abs=1e-15), text


def test_numbers_tuples_strings_and_comments_are_read():
    text = """
    interpolated(  # the points of a drawing
        points=[(0, 1_000), (10, .5e-1,),],
        method='cosine',
    )
    """
    assert read_schedule(text) == Interpolated(
        ((0, 1000.0), (10, 0.05)), method="cosine"
    )
    assert read_schedule("repeat(linear(0, 1, 3), count=None)") == Repeat(
        Linear(0.0, 1.0, 3)
    )


# ------------------------------------------------------------------------ durations


@pytest.mark.parametrize(
    ("written", "updates"),
    [
        ("5%", 100),
        ("2.5 %", 50),
        ("3ep", 300),
        ("0.5 epochs", 50),
        ("4k samples", 400),
        ("0.2Mtok", 200),
        ("64", 64),
        ("1k", 1000),
        ("10% + 5%", 300),
        ("2 * 1ep", 200),
    ],
)
def test_a_duration_is_resolved_by_the_plan(written, updates):
    read = read_schedule(f"linear(0, 1, steps={written})", RUN)
    assert read == Linear(0.0, 1.0, updates)


def test_units_may_be_mixed_in_one_schedule():
    read = read_schedule("wsd(3e-4, warmup=1ep, decay=20%, total=2Mtok)", RUN)
    assert read == warmup_stable_decay(3e-4, warmup=100, decay=400, total=2000)


def test_the_run_is_the_total_that_was_left_out():
    assert read_schedule("warmup_cosine(1, warmup=5%)", RUN) == warmup_cosine(
        1.0, warmup=100, total=2000
    )
    assert read_schedule("one_cycle(1)", RUN) == one_cycle(1.0, total=2000)
    assert read_schedule("wsd(1, warmup=5%, decay=20%)", RUN).steps == 2000
    assert read_schedule("wsd(1, warmup=1, stable=2, decay=3)", RUN).steps == 6
    assert read_schedule("inverse_sqrt(1, warmup=5%)", RUN).steps == math.inf


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("5%", "the length of the run"),
        ("3ep", "the size of the data set and the batch size"),
        ("64k samples", "the batch size"),
        ("1Btok", "the batch size and the sequence length"),
    ],
)
def test_a_duration_without_a_plan_says_what_is_missing(written, missing):
    problem = only_problem(f"linear(0, 1, steps={written})")
    assert (problem.code, problem.column) == ("LH108", 20)
    assert f"needs {missing}" in problem.message


def test_a_duration_that_the_plan_lacks_is_refused():
    problem = only_problem("linear(0, 1, 3ep)", Plan(batch_size=8, updates=100))
    assert (problem.code, problem.column) == ("LH108", 14)
    assert "dataset_size" in problem.message


def test_an_unknown_unit_is_refused_with_a_guess():
    problem = only_problem("linear(0, 1, 3epo)", RUN)
    assert problem.code == "LH108"
    assert "unknown unit 'epo'" in problem.message


@pytest.mark.parametrize(
    "text", ["linear(5%, 0, 10)", "wsd(1, warmup=1, decay=1, floor=10%)", "5%"]
)
def test_a_duration_fits_no_value(text):
    assert only_problem(text, RUN).code in ("LH107", "LH104")


# ------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        ("", "LH100", (1, 1), "the expression is empty"),
        ("linear(0, 1", "LH100", (1, 7), "'(' is never closed"),
        ("linear(0, 1]", "LH100", (1, 12), "expected ',' or ')', got ']'"),
        ("linear(0,, 1)", "LH100", (1, 10), "expected a value, got ','"),
        ("linear(0 1)", "LH100", (1, 10), "expected ',' or ')', got '1'"),
        ("linear(0, 1, 2) 3", "LH100", (1, 17), "expected an operator or the end"),
        ("linear(0;1)", "LH100", (1, 9), "';' has no meaning"),
        ("step('a", "LH100", (1, 6), "a string is not closed"),
        ("linear(start=0, 1, 2)", "LH100", (1, 17), "an argument without a name"),
        ("1 +", "LH100", (1, 4), "expected a value, got the end"),
        ("1__000", "LH100", (1, 1), "is not a number"),
        ("cosin(1)", "LH102", (1, 1), 'unknown schedule "cosin"'),
        ("cosine", "LH102", (1, 1), '"cosine" needs its arguments'),
        ("linear(x, 1, 2)", "LH102", (1, 8), 'unknown name "x"'),
        ("linear(0, 1,\n stepz=3)", "LH103", (2, 2), 'no argument "stepz"'),
        ("linear(0, 1, 2, 3)", "LH103", (1, 17), "takes 3 arguments without a name"),
        ("linear(0, 1)", "LH104", (1, 1), "linear needs steps"),
        ("linear(0, 1, 2, end=3)", "LH105", (1, 17), 'got "end" twice'),
        ("linear(0, 1, -2)", "LH106", (1, 14), "steps must be >= 0 and finite, got -2"),
        ("linear(0, 1e999, 2)", "LH106", (1, 11), "end must be finite, got inf"),
        ("linear(0, 1, 2) / 0", "LH106", (1, 17), "divisor must not be 0, got 0"),
        ("linear(0, None, 2)", "LH107", (1, 11), "end must be a number, got None"),
        ("linear(0, True, 2)", "LH107", (1, 11), "end must be a number, got True"),
        ("'a' * 3", "LH107", (1, 5), "'*' joins numbers and schedules"),
        ("True + 1", "LH107", (1, 6), "'+' joins numbers and schedules"),
        ("(1, 2)", "LH107", (1, 1), "expected a schedule or a number, got (1, 2)"),
        ("function('os:system')", "LH109", (1, 1), "wraps Python code"),
    ],
)
def test_a_mistake_is_named_at_its_place(text, code, place, message):
    problem = only_problem(text)
    assert (problem.code, (problem.line, problem.column)) == (code, place)
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("chain(1, 2)", "chain([a, b])"),
        ("linear(0, 1, 2).then(1)", "chain([a, b])"),
        ("linear(0, 1, 2).repeat(3)", "written like repeat("),
        ("linear(0, 1, 2)[:1]", "window(schedule, start, stop)"),
    ],
)
def test_who_writes_python_is_told_how_it_is_written_here(text, hint):
    assert hint in only_problem(text).hint


def test_all_mistakes_of_an_expression_are_found_at_once():
    text = "chain((cosin(1), linear(0, 1, stps=3), linear(0, 1, -1)))"
    found = [(p.code, p.column) for p in problems(text)]
    assert found == [("LH102", 8), ("LH103", 31), ("LH106", 53)]


def test_a_guess_is_made_for_schedules_and_for_arguments():
    assert 'did you mean "cosine"?' in only_problem("cosin(1)").hint
    assert 'did you mean "warmup"?' in only_problem("noam(512, warmpu=1)").hint


def test_the_constructors_own_words_are_kept():
    problem = only_problem("warmup_cosine(1, warmup=10_000, total=5_000)")
    assert problem.code == "LH106"
    assert problem.column == 18
    assert problem.message.startswith("warmup (10000) exceeds total (5000)")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "linear(0, 1, [x for x in (1,)])",
        "linear.__class__(0, 1, 2)",
        "open('/etc/passwd')",
        "Function('os:getcwd')",
        "chain((Function('os:getcwd', steps=3), 1))",
    ],
)
def test_no_text_runs_code(text):
    assert {p.code for p in problems(text)} <= {"LH100", "LH102", "LH109"}


def test_nesting_without_end_is_refused_not_a_crash():
    for text in ("(" * 100_000, "-" * 100_000 + "1", "chain((" * 50_000):
        assert only_problem(text).code in ("LH100", "LH111")


def test_text_cannot_carry_a_function_or_a_class_of_ones_own():
    class Mine(Linear):
        pass

    for schedule in (Function(abs, steps=3), Mine(0.0, 1.0, 3), -Mine(0.0, 1.0, 3)):
        with pytest.raises(ValueError, match="cannot be written as text"):
            write_schedule(schedule)


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="text must be a string, got 3"):
        read_schedule(3)


def test_a_schedule_that_holds_a_nameless_function_says_that_it_cannot_be_text():
    with pytest.raises(ValueError, match="holds a function or an object of your own"):
        write_schedule(Function(lambda t: 0.1, steps=3))
