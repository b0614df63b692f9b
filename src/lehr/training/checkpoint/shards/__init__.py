"""Checkpoints of tensors that are spread over ranks. Start at `save.py`.

torch's distributed checkpoints (DCP) plan what each rank writes and reads. The bytes
are in the safetensors files of DCP's own storage for them, and no pickle is anywhere:
each rank writes one file, into the folder that all other parts are in.

Names are loaded on first use: to list and to verify checkpoints needs no torch.
"""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.training.checkpoint.shards.held import Held, Shard, split
    from lehr.training.checkpoint.shards.ranks import Alone, GroupRanks, Ranks
    from lehr.training.checkpoint.shards.reading import Saved, Templates, read_sharded
    from lehr.training.checkpoint.shards.save import ShardedSave, write_sharded
    from lehr.training.checkpoint.shards.templates import templates_for

__all__ = [
    "Alone",
    "GroupRanks",
    "Held",
    "Ranks",
    "Saved",
    "Shard",
    "ShardedSave",
    "Templates",
    "read_sharded",
    "split",
    "templates_for",
    "write_sharded",
]

_ON_FIRST_USE = {
    "held": ("Held", "Shard", "split"),
    "ranks": ("Alone", "GroupRanks", "Ranks"),
    "reading": ("Saved", "Templates", "read_sharded"),
    "save": ("ShardedSave", "write_sharded"),
    "templates": ("templates_for",),
}
_HOME = {name: home for home, names in _ON_FIRST_USE.items() for name in names}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOME.items()}
)
