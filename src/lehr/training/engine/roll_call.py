"""Who is still there, after the processes of a run could not come together."""

import os
import re
import time
from datetime import timedelta
from typing import Any

from lehr.training.errors import RankLostError

_OF_THE_GROUP = re.compile(
    r"\bgloo\b|\bnccl|processgroup|connection (closed|reset|refused)|"
    r"timed out waiting \d+ ?ms",
    re.IGNORECASE,
)


def is_of_the_group(error: BaseException) -> bool:
    """Whether an error tells that processes did not come together, as gloo's do."""
    if isinstance(error, RankLostError) or not isinstance(error, RuntimeError):
        return False
    return type(error).__name__.startswith("Dist") or bool(
        _OF_THE_GROUP.search(str(error))
    )


class RollCall:
    """Asks, through the store, which ranks are there; each of them asks for itself.

    Args:
        store: of the group.
        rank, world_size: number of this process, and how many there are.
        name: of this run in the store.
    """

    def __init__(self, store: Any, rank: int, world_size: int, name: str) -> None:
        self.store, self.rank, self.world_size = store, rank, world_size
        self.name = name

    def tell(self, error: BaseException) -> None:
        """Leave word that this rank ends by an error of its own, if anybody can."""
        self._say(f"{type(error).__name__}: {error}"[:500])

    def hold(self, error: BaseException, seconds: float) -> RankLostError:
        """Wait so long for word of all ranks; return the error that tells who is lost.

        Args:
            error: what the group said.
            seconds: how long the last one may take to answer.
        """
        end = time.monotonic() + seconds
        if not self._say(""):
            return RankLostError((), (), _host(), error)
        answers: dict[int, str] = {self.rank: ""}
        while len(answers) < self.world_size and time.monotonic() < end:
            for rank in set(range(self.world_size)) - answers.keys():
                try:
                    if self.store.check([self._key(rank)]):
                        answers[rank] = self.store.get(self._key(rank)).decode()
                except Exception:
                    return RankLostError((), (), _host(), error)
            time.sleep(0.05)
        missing = tuple(r for r in range(self.world_size) if r not in answers)
        failed = tuple((r, why) for r, why in sorted(answers.items()) if why)
        return RankLostError(missing, failed, None, error)

    def _say(self, word: str) -> bool:
        try:
            self.store.set_timeout(timedelta(seconds=5))
            self.store.set(self._key(self.rank), word)
        except Exception:
            return False
        return True

    def _key(self, rank: int) -> str:
        return f"lehr/{self.name}/rank {rank}"


def _host() -> str:
    return os.environ.get("MASTER_ADDR", "")
