"""The switch of all drop-ins, and what is told past a curve's end."""

import pytest

from lehr.dropin import PastEndWarning, exact, is_exact


@pytest.fixture(autouse=True)
def documented():
    exact(False)
    yield
    exact(False)


def test_it_stays_on_once_called():
    exact()
    assert is_exact()
    exact(False)
    assert not is_exact()


def test_as_a_context_it_is_taken_back_also_after_an_error():
    with pytest.raises(RuntimeError), exact():
        assert is_exact()
        with exact(False):
            assert not is_exact()
        assert is_exact()
        raise RuntimeError
    assert not is_exact()


def test_the_warning_can_be_filtered_by_itself():
    assert issubclass(PastEndWarning, UserWarning)
    assert PastEndWarning is not UserWarning
