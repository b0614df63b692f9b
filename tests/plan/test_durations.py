"""Durations: what people write, read exactly; what could mean two things, refused."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.plan import Duration

counted = st.builds(
    Duration,
    st.integers(0, 10**18) | st.integers(0, 10**6).map(lambda n: n * 10**9),
    st.sampled_from(["updates", "samples", "tokens"]),
)
broken = st.builds(
    Duration,
    st.integers(0, 10**6) | st.floats(0, 1e6, allow_subnormal=False),
    st.sampled_from(["epochs", "percent"]),
)


@given(counted | broken)
def test_text_and_back_is_the_same_duration(duration):
    assert Duration.of(str(duration)) == duration
    assert eval(repr(duration)) == duration
    assert Duration.of(duration) is duration


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2000", 2_000, "updates"),
        ("2_000", 2_000, "updates"),
        ("1e5", 100_000, "updates"),
        ("+7 updates", 7, "updates"),
        ("1e999", 10**999, "updates"),
        ("2k", 2_000, "updates"),
        ("5%", 5, "percent"),
        (" 2.5 % ", 2.5, "percent"),
        ("3ep", 3, "epochs"),
        (".5 epoch", 0.5, "epochs"),
        ("1.5Btok", 1_500_000_000, "tokens"),
        ("1.5 B tokens", 1_500_000_000, "tokens"),
        ("15Ttok", 15 * 10**12, "tokens"),
        ("1.234567890123456789e18tok", 1_234_567_890_123_456_789, "tokens"),
        ("1tok", 1, "tokens"),
        ("64k samples", 64_000, "samples"),
        ("64Ksamples", 64_000, "samples"),
        ("1G samples", 10**9, "samples"),
        ("0.3M samples", 300_000, "samples"),
        ("1 sample", 1, "samples"),
    ],
)
def test_reads_what_people_write(text, amount, unit):
    assert Duration.of(text) == Duration(amount, unit)
    assert isinstance(Duration.of(text).amount, int) is (amount == int(amount))


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (Duration(2_000), "2000"),
        (Duration(1_500_000_000, "tokens"), "1.5Btok"),
        (Duration(1_500_000_001, "tokens"), "1500000001tok"),
        (Duration(64_000, "samples"), "64k samples"),
        (Duration(999, "samples"), "999 samples"),
        (Duration(1_437, "samples"), "1437 samples"),
        (Duration(10**16, "samples"), "10000T samples"),
        (Duration(2.0, "epochs"), "2ep"),
        (Duration(0.5, "percent"), "0.5%"),
    ],
)
def test_writes_the_short_form_where_it_is_exact(duration, text):
    assert str(duration) == text


@pytest.mark.parametrize("number", [2_000, np.int32(2_000), 2_000.0])
def test_a_whole_number_is_one_of_updates(number):
    assert Duration.of(number) == Duration(2_000, "updates")


@pytest.mark.parametrize(
    ("bare", "meant"),
    [
        (0.05, "5%"),
        ("0.05", "5%"),
        (1.0, "100%"),
        ("1.0", "100%"),
        (0.29, "29%"),
        (Fraction(1, 4), "25%"),
        ("5e-3", "0.5%"),
    ],
)
def test_a_bare_fraction_does_not_say_of_what(bare, meant):
    with pytest.raises(ValueError, match=f'does not say of what.* write "{meant}"'):
        Duration.of(bare)


@pytest.mark.parametrize("bare", [2.5, "2.5", math.nan, math.inf])
def test_a_part_of_an_update_is_refused(bare):
    with pytest.raises(ValueError, match="is no whole number of updates"):
        Duration.of(bare)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2m", "M"),
        ("1.5btok", "Btok"),
        ("3epoch s", None),
        ("3 epcohs", "epochs"),
        ("5 precent", "percent"),
        ("64k smaples", "ksamples"),
        ("3Epochs", "epochs"),
        ("7 tokns", "tokens"),
    ],
)
def test_a_misspelt_unit_gets_the_nearest_one(text, meant):
    if meant is None:
        assert Duration.of(text) == Duration(3, "epochs")
        return
    with pytest.raises(ValueError, match=f"unknown unit .* did you mean '{meant}'"):
        Duration.of(text)


@pytest.mark.parametrize("text", ["100 steps", "5k iters", "2 batches", "3 Steps"])
def test_a_step_may_be_two_things(text):
    with pytest.raises(ValueError, match="may mean a micro-batch or an update"):
        Duration.of(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a duration; write one like 2000, 5%"),
        ("soon", "'soon' is not a duration"),
        ("5k%", "a percentage takes no 'k'"),
        ("3 xyzzy", "unknown unit 'xyzzy' in '3 xyzzy'; write a duration like"),
        ("-5%", "a duration must be >= 0, got '-5%'"),
        ("1.5tok", "tokens are counted in whole numbers, got '1.5tok'"),
        ("1.0005k samples", "samples are counted in whole .* which is 1000.5"),
        ("1e999999999", "unknown unit 'e999999999'"),
        ("9" * 100, "is not a duration"),
    ],
)
def test_refuses_with_the_reason(text, message):
    with pytest.raises(ValueError, match=message):
        Duration.of(text)


@pytest.mark.parametrize(
    ("amount", "unit", "message"),
    [
        (-1, "updates", "amount must be >= 0 and finite, got -1"),
        (math.inf, "epochs", "amount must be >= 0 and finite, got inf"),
        (math.nan, "epochs", "amount must be >= 0 and finite, got nan"),
        (1.5, "tokens", "tokens are counted in whole numbers, got 1.5"),
        (3, "epoch", "unit must be one of .*did you mean 'epochs'"),
    ],
)
def test_a_duration_that_is_no_length_is_refused(amount, unit, message):
    with pytest.raises(ValueError, match=message):
        Duration(amount, unit)


@pytest.mark.parametrize("wrong", [None, True, [3], b"3ep"])
def test_what_is_no_duration_is_refused(wrong):
    with pytest.raises(TypeError, match="must be a number"):
        Duration.of(wrong)
