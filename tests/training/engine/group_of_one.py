"""A process group of one rank, in which everything of several processes happens."""

import contextlib

import pytest
import torch.distributed as dist

from lehr.training.engine import processes


@contextlib.contextmanager
def connected(engine):
    """Connect an engine as if there were others."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(processes, "is_there", lambda: True)
            patch.setattr(processes.Processes, "alone", False)
            yield engine.connected()
    finally:
        dist.destroy_process_group()
