"""The rule that was meant by a word that is none."""

import re
from collections.abc import Iterable

from lehr.config.errors import suggest

_CODE = re.compile(r"lh0*(\d+)", re.IGNORECASE)
_MISREAD = str.maketrans("oil", "011")


def nearest(word: str, codes: Iterable[str], names: Iterable[str]) -> str:
    """Return a question that names the nearest code or name, or nothing.

    >>> nearest("LH12", ["LH012", "LH112"], ["climbs-back"])
    'did you mean "LH012"?'
    >>> nearest("LH0l2", ["LH012", "LH002"], ["climbs-back"])
    'did you mean "LH012"?'
    >>> nearest("climb-back", ["LH012"], ["climbs-back"])
    'did you mean "climbs-back"?'
    """
    known = list(codes)
    number = _CODE.fullmatch(word[:2] + word[2:].lower().translate(_MISREAD))
    if number and (code := f"LH{int(number[1]):03}") in known:
        return f'did you mean "{code}"?'
    like = known if word[:2].lower() == "lh" else list(names)
    hint = suggest(word, like)
    return hint.partition(" known:")[0] if hint.startswith("did") else ""
