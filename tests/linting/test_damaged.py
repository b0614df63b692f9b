"""Damaged texts and odd schedules: findings or a ConfigError, and nothing else."""

import copy
import random

import pytest

import lehr
from lehr import Plan
from lehr.config.documents import parse_document
from lehr.config.errors import ConfigError
from lehr.importing.configs.text import document_of
from linting import test_sound_configurations as ours
from linting import test_sound_peers as theirs

TEXTS = [
    each if isinstance(each, tuple) else (each, {})
    for cases in theirs.SOUND.values()
    for each in cases
]
OWN = [(text, {}) for text in ours.SOUND.values()]
ODD = (
    *(None, 0, -1, 1, 0.5, 1e300, float("inf"), float("nan"), 10**20, True),
    *("", "x", "5%", [], {}, [1, 2], [None], {"name": "StepLR"}),
)
PLANS = (
    None,
    Plan(batch_size=64, updates=3000),
    Plan(dataset_size=7, batch_size=2, epochs=3, accumulation=2, world_size=2),
)


def places(value, before=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*before, key)
        if isinstance(each, dict | list):
            yield from places(each, (*before, key))


def damaged(data, chance):
    data = copy.deepcopy(data)
    *above, key = chance.choice(list(places(data)))
    inner = data
    for each in above:
        inner = inner[each]
    how = chance.random()
    if how < 0.15:
        del inner[key]
    elif how < 0.5 and isinstance(inner[key], int | float):
        inner[key] *= chance.choice((0, -1, 0.1, 1000, 0.333))
    else:
        inner[key] = copy.deepcopy(chance.choice(ODD))
    return data


@pytest.mark.parametrize("texts", [TEXTS, OWN], ids=["theirs", "ours"])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_findings_or_a_configuration_error(texts, seed):
    chance = random.Random(seed)
    read = 0
    for text, known in texts:
        data = (parse_document if texts is OWN else document_of)(text).data
        plan = known.get("plan") or chance.choice(PLANS)
        told = {k: v for k, v in known.items() if k != "plan"}
        try:
            found = lehr.lint(damaged(data, chance), plan, **told)
        except ConfigError:
            continue
        read += 1
        assert all(len(f.message) <= 160 or f.code == "LH040" for f in found)
    assert read


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"sched": [1, 2], "lr": 1}, "sched must be one|timm has no sched"),
        ({"sched": "wsd", "lr": 1, "epochs": float("inf")}, "epochs must be finite"),
        ({"sched": "wsd", "lr": 1, "epochs": [1, 2]}, "epochs must be one number"),
        ({"SOLVER": {"BASE_LR": [], "MAX_ITER": 9}}, "BASE_LR must be a number"),
        ({"SOLVER": {"BASE_LR": float("nan")}}, "BASE_LR must be a number"),
        (
            {"model": {"optim": {"lr": 1, "sched": {"name": "CosineAnnealing"}}}}
            | {"trainer": {"max_steps": float("inf")}},
            "max_steps must be finite",
        ),
    ],
)
def test_damaged_configurations_are_refused_with_their_place(config, message):
    library = "timm" if "sched" in config else None
    with pytest.raises(ConfigError, match=message):
        lehr.from_config(config, library)
