"""What a word of a command line is: a file, a name, a preset, or an expression."""

import os
import re

from lehr.cli.sources import ENDINGS, KEYS
from lehr.cli.texts import folder_instead, is_log, wrong
from lehr.cli.usage import did_you_mean
from lehr.config.durations import Length
from lehr.config.errors import ConfigError
from lehr.config.expressions import read_schedule

PRESET = "preset:"
_NAMED = r"([A-Za-z_][\w.-]*)[ \t]*=(?!=)\s*(.+)"
_PATH = r"[\w./\\~ -]+"


def looks_like_a_file(word: str) -> bool:
    """Return whether a word is called like a file, not like an expression."""
    named = word.endswith(ENDINGS) and re.fullmatch(_PATH, word) is not None
    return is_log(word) or named


def expression(what: str) -> str:
    """Return an expression of the command line.

    Raises:
        ConfigError: it is a folder, or plainly none.
    """
    try:
        read_schedule(what, Length(1))
    except ConfigError as error:
        told = neither(what, error)
        if told is not error:
            raise told from None
    return what


def neither(what: str, error: ConfigError) -> ConfigError:
    """Return what is wrong with a word that may not be meant as an expression."""
    if os.path.isdir(what):
        return folder_instead(what)
    unknown = error.problems[0].message.startswith("unknown name")
    if "(" in what or not unknown:
        return error
    near = did_you_mean(what, os.listdir())
    hint = near or "a schedule is written like cosine(1e-3, 0, 1000)"
    return wrong("it is neither a file nor an expression", what, hint)


def name_and_rest(word: str, source: str) -> tuple[str, str]:
    """Return the name before `=`, and what stands behind it.

    Raises:
        ConfigError: it names no schedule.
    """
    found = re.fullmatch(_NAMED, word, re.DOTALL)
    if found is None:
        hint = "a name is made of letters, digits, _ and -: mine=cosine(1, 0, 100)"
        raise wrong(f'cannot read "{word}"', source, hint, "LH121")
    name, what = found.groups()
    if name in KEYS:
        hint = f"of the run: --plan {word}; several: --plan {word},..."
        raise wrong(f'"{name}=" names no schedule', source, hint, "LH121")
    if "." in name:
        hint = "such changes are for lehr train; to name a curve: mine=cosine(...)"
        raise wrong(f'"{name}=" changes a document', source, hint, "LH121")
    return name, what


def preset_text(word: str) -> str:
    """Return the document of `preset:NAME`.

    Raises:
        ConfigError: there is none of this name.
    """
    from lehr.presets import preset

    try:
        return preset(word.removeprefix(PRESET)).text
    except ValueError as error:
        message = str(error).partition(" known:")[0].rstrip(";")
        raise wrong(message, word, "see: lehr presets") from None
