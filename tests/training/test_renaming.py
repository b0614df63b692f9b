"""Names by rules: the first that fits, none unused, no two the same."""

import pytest

from lehr.training.renaming import renamed


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ({}, ["a.b.c", "a.d", "e"]),
        ({"a.*": "x.*"}, ["x.b.c", "x.d", "e"]),
        ({"a.*": "*"}, ["b.c", "d", "e"]),
        ({"*": "model.*"}, ["model.a.b.c", "model.a.d", "model.e"]),
        ({"e": "f"}, ["a.b.c", "a.d", "f"]),
        ({"a.*.c": "y.*", "a.*": "z.*"}, ["y.b", "z.d", "e"]),
        ({"*.*": "*-*"}, ["a.b-c", "a-d", "e"]),
    ],
)
def test_the_first_rule_that_fits_gives_the_name(rules, names):
    values, pairs = renamed({"a.b.c": 1, "a.d": 2, "e": 3}, rules)
    assert values == dict(zip(names, (1, 2, 3), strict=True))
    old = ["a.b.c", "a.d", "e"]
    assert pairs == {o: n for o, n in zip(old, names, strict=True) if o != n}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"a": "b"}, "rename makes 'b' of both 'a' and 'b'"),
        ({"*": "x", "a": "y"}, r"rename '\*': 'x' must have as many \* as it has"),
        ({"a": "*"}, r"must have as many \*"),
        ({"bady": "c"}, "rename 'bady' fits no name in the file; did you mean 'body'"),
        ({"*": "n.*", "a": "y"}, "rename 'a' fits no name in the file"),
        ({"a?": "b"}, "fits no name"),
    ],
)
def test_rules_that_do_nothing_or_too_much_are_refused(rules, told):
    with pytest.raises(ValueError, match=told):
        renamed({"a": 1, "b": 2, "body": 3}, rules)
