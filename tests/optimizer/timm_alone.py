"""As a script: timm's optimizers and layer decay beside ours, without torchvision.

timm itself cannot be imported where torchvision is missing, but its optimizers can:
empty modules stand for the packages around them.
"""

import importlib.util
import json
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

HOME = importlib.util.find_spec("timm").submodule_search_locations[0]


def stand_in(name, *path):
    module = ModuleType(name)
    module.__path__ = list(path)
    module.__spec__ = ModuleSpec(name, None, is_package=True)
    sys.modules[name] = module
    return module


def load():
    stand_in("torchvision")
    stand_in("torchvision.ops")
    stand_in("torchvision.ops.misc").FrozenBatchNorm2d = type("Frozen", (), {})
    stand_in("timm", HOME)
    models = stand_in("timm.models", f"{HOME}/models")
    from timm.models._manipulate import group_parameters

    models.group_parameters = group_parameters


def trained(names):
    """Tell of each name whether it trains as timm's own class does, and its module."""
    import timm.optim
    import torch

    from lehr.optimizer import build_optimizer
    from optimizer.models import linear, step

    told = {}
    for name in names:
        model, other = linear(), linear()
        ours = build_optimizer(model, {"name": f"timm_{name}", "lr": 0.01})
        theirs = getattr(timm.optim, name)(other.parameters(), lr=0.01)
        pairs = zip(step(ours, model), step(theirs, other), strict=True)
        same = all(torch.equal(a, b) for a, b in pairs)
        told[name] = [same, type(ours).__module__.split(".")[0]]
    return told


def layers(rate, weight_decay):
    """Return each parameter's scale and decay by timm, and its rate and decay by us."""
    from timm.optim import param_groups_layer_decay

    from lehr.optimizer import build_optimizer
    from optimizer.models import Transformer

    class Matched(Transformer):
        def group_matcher(self, coarse=False):
            return {"stem": r"^position|embed", "blocks": r"^blocks\.(\d+)"}

    model = Matched(depth=4)
    config = {"name": "AdamW", "lr": 1.0, "weight_decay": weight_decay}
    ours = build_optimizer(model, {**config, "layer_decay": rate, "no_decay": True})
    theirs = param_groups_layer_decay(model, weight_decay, layer_decay=rate)

    def by_name(groups, key):
        names = {id(value): name for name, value in model.named_parameters()}
        return {
            names[id(value)]: [group[key], group["weight_decay"]]
            for group in groups
            for value in group["params"]
        }

    return by_name(theirs, "lr_scale"), by_name(ours.param_groups, "lr")


def refused(name, **arguments):
    from lehr.config import ConfigError
    from lehr.optimizer import build_optimizer
    from optimizer.models import linear

    try:
        build_optimizer(linear(), {"name": name, **arguments})
    except ConfigError as error:
        return [[p.code, p.path, p.message, p.hint] for p in error.problems]


if __name__ == "__main__":
    load()
    theirs, ours = layers(0.75, 0.05)
    report = {
        "trained": trained(json.loads(sys.argv[1])),
        "theirs": theirs,
        "ours": ours,
        "missing rate": refused("timm_SGDP"),
        "wrong rate": refused("timm_Lamb", lr=-2),
        "no rate": refused("timm_Adafactor", layer_decay=0.5),
        "wrapper": refused("timm_Lookahead"),
        "unknown": refused("timm_Lam"),
    }
    print(json.dumps(report))
