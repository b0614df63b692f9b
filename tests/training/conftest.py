"""What the tests of training share."""

import pytest

from training import runs


@pytest.fixture(scope="session")
def children():
    """Do jobs in child processes, which may be killed."""
    with runs.Children() as children:
        yield children
