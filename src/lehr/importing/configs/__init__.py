"""from_config: the schedule in another library's own configuration."""

from functools import partial
from typing import Any

from lehr.config.errors import suggest
from lehr.dialects import LIBRARIES
from lehr.importing.configs.base import Format, Source
from lehr.importing.configs.formats import FORMATS
from lehr.importing.configs.named import place
from lehr.importing.configs.named import read as read_named
from lehr.importing.configs.text import document_of
from lehr.plan import Plan
from lehr.schedules import Schedule

__all__ = ["from_config"]


def from_config(
    config: Any,
    library: str | None = None,
    *,
    base: float | None = None,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the learning rate that another library's own configuration says.

    Read are names and classes of schedulers as Hydra, LightningCLI and flat mappings
    write them (torch, timm, transformers and all other dialects), and what these have
    of their own: timm's arguments, transformers' TrainingArguments, DeepSpeed's JSON,
    Megatron-LM's and fairseq's command lines, torchtitan's TOML, nanotron's,
    Composer's, NeMo's, mmengine's, OLMo-core's and detectron2's YAML, and Keras's
    serialized objects. Nothing in a configuration is run or imported.

    Value t is what update t uses, or epoch t where the library counts epochs (torch's
    and timm's do by default).

    Args:
        config: a mapping, a text (YAML, JSON, TOML, or flags), the path of a file, or
            a `Document`.
        library: whose it is; found by its keys if it is not said.
        base: the optimizer's rate, in place of the one in the configuration.
        plan: the run, where the configuration does not say its length, its batch size
            or the updates of an epoch.
        exact: whether to give the original where it contradicts its documentation.

    Raises:
        ConfigError: it does not parse, nobody's marks are in it, an argument is
            unknown or refused, or something is missing; with the place, and what to do.
        TypeError: `config` is none of these.
        ValueError: there is no such library.

    >>> from lehr.importing import from_config
    >>> config = {"_target_": "torch.optim.lr_scheduler.StepLR", "step_size": 30}
    >>> from_config(config, base=0.1)
    Step(start=0.1, factor=0.1, every=30)
    >>> from_config({"name": "StepLR", "step_size": 30})
    Traceback (most recent call last):
    lehr.config.errors.ConfigError: error[LH104]: the learning rate is not in the
    configuration
      --> <dict>   at name
       = pass base=, what the optimizer starts with
    """
    source = Source(document_of(config), base, plan, exact)
    return reader_of(source, library).schedule(source)


def reader_of(source: Source, library: str | None = None) -> Format:
    """Return what reads a configuration: the library's, or whose marks are in it.

    Raises:
        ConfigError: nobody's marks are in it.
        ValueError: there is no such library.
    """
    if library is not None:
        return _reader(library, source)
    for each in FORMATS:
        if each.marks(source):
            return each
    source.fail(
        "LH114",
        "no library's scheduler is in the configuration",
        (),
        f"pass library=, one of {', '.join(_known())}",
    )


def _known() -> list[str]:
    return sorted({*LIBRARIES, *(each.library for each in FORMATS)})


def _reader(library: str, source: Source) -> Format:
    """Return the library's own format; its schedulers by name if that is not there."""
    if library not in _known():
        hint = suggest(str(library), _known())
        raise ValueError(f"unknown library {library!r}: {hint}")
    own = next((each for each in FORMATS if each.library == library), None)
    if own is not None and (own.marks(source) or place(source) is None):
        return own
    return Format(library, lambda _: True, partial(read_named, library=library))
