"""lehr's own documents and expressions, bound to an optimizer."""

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch

from lehr.bindings.torch import Scheduler
from lehr.config.configuration import Config, read_config
from lehr.config.documents import ENDINGS, read_document
from lehr.config.migrations.short_form import SCHEDULES
from lehr.config.plain import is_omegaconf
from lehr.plan import Plan

_FOREIGN = {"name", "class_name", "args", "scheduler", "lr_scheduler"}


def of_document(
    optimizer: torch.optim.Optimizer, config: Any, plan: Plan | None
) -> Scheduler | None:
    """Return the scheduler of a document of lehr; None if the configuration is none.

    Raises:
        ConfigError: it is one, and something is wrong with it.
        ValueError: its fields do not fit the optimizer; or a plan is given beside a
            `Config`.
    """
    source = _source(config)
    if source is None:
        return None
    if isinstance(source, Config) and plan is not None:
        raise ValueError(
            "the lengths of a Config are resolved already, so that no plan can change "
            "them; pass it to read_config: read_config(source, plan=plan)"
        )
    read = source if isinstance(source, Config) else read_config(source, plan=plan)
    return Scheduler(optimizer, **read.by_field())


def _source(config: Any) -> Any:
    """Return what `read_config` shall read; None for a scheduler by name."""
    if isinstance(config, Config):
        return config
    if isinstance(config, str | os.PathLike):
        text = os.fspath(config)
        if os.path.splitext(text)[1].lower() in ENDINGS and "\n" not in text:
            document = read_document(text)
            return document if _is_ours(document.data) else None
        is_text = "(" in text or "schedules" in text
        return text if isinstance(config, str) and is_text else None
    keys: Any = ()
    if isinstance(config, Mapping) or is_omegaconf(config):
        keys = config
    elif is_dataclass(config) and not isinstance(config, type):
        keys = [each.name for each in fields(config)]
    return config if _is_ours(keys) else None


def _is_ours(data: Any) -> bool:
    """Return whether a mapping holds schedules, and no scheduler by its name."""
    keys = {str(key) for key in data}
    if "schedules" in keys:
        return True
    return not keys & _FOREIGN and bool(keys & {"kind", "_target_", *SCHEDULES})
