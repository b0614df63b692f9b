"""Plain data and tensors go through JSON and the safetensors format unchanged."""

import json
import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load

from lehr.training.checkpoint.codec import decode, encode
from lehr.training.checkpoint.tensors import DTYPES, chunks_of, tensors_from

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()
)
KEYS = st.one_of(st.text(), st.integers(), st.just("$tensor"))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


@given(TREES)
def test_any_tree_comes_back_as_it_was(tree):
    data, tensors = encode(tree)
    back = decode(json.loads(json.dumps(data, allow_nan=False)), tensors)
    assert back == tree
    assert repr(back) == repr(tree), "types and signs too"


def test_nan_comes_back():
    data, tensors = encode([math.nan])
    assert math.isnan(decode(data, tensors)[0])


def test_counters_come_back_as_counters():
    back = decode(*encode(Counter([3, 9, 3])))
    assert back == Counter({3: 2, 9: 1})
    assert isinstance(back, Counter)


def test_names_that_meet_are_told_apart():
    tree = {"a.b": {"c": torch.zeros(1)}, "a": {"b.c": torch.ones(1)}}
    data, tensors = encode(tree)
    assert sorted(tensors) == ["a.b.c", "a.b.c#2"]
    assert decode(data, tensors)["a"]["b.c"] == 1


@pytest.mark.parametrize(
    "data", [{"$tensor": "gone"}, {"$float": "1"}, {"$eval": "1"}, {"$tuple": 3}]
)
def test_what_encode_never_writes_is_refused(data):
    with pytest.raises(ValueError, match=r"is missing|unknown entry"):
        decode(data, {})


def test_what_is_no_plain_data_is_named_with_its_place():
    with pytest.raises(TypeError, match=r"a\.1 is a builtins\.object"):
        encode({"a": [1, object()]})
    with pytest.raises(TypeError, match=r"the state is a builtins\.set"):
        encode({1, 2})


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_of_tensor_comes_back_bit_for_bit(dtype):
    size = torch.empty((), dtype=dtype).element_size()
    raw = torch.randint(0, 2 if dtype is torch.bool else 256, (6 * size,))
    tensor = raw.to(torch.uint8).view(dtype).reshape(2, 3)
    tensors = {
        "plain": tensor,
        "turned": tensor.T,
        "part": tensor[:, 1:],
        "scalar": tensor[0, 0],
        "empty": tensor[:0],
    }
    back = tensors_from(b"".join(chunks_of(tensors)))
    for name, one in tensors.items():
        assert back[name].dtype == dtype
        assert back[name].shape == one.shape
        mine, theirs = (
            t.contiguous().reshape(-1).view(torch.uint8) for t in (one, back[name])
        )
        assert torch.equal(mine, theirs)


def test_the_file_is_one_that_the_formats_own_library_reads():
    tensors = {"a": torch.randn(3), "b": torch.arange(4), "c": torch.tensor(True)}
    back = load(b"".join(chunks_of(tensors)))
    assert all(torch.equal(back[name], one) for name, one in tensors.items())


def test_bytes_that_are_no_such_file_are_refused():
    for data in (b"", b"\x00" * 7, b"\xff" * 64, b"\x80\x04K\x01."):
        with pytest.raises(ValueError, match="not a safetensors file"):
            tensors_from(data)
