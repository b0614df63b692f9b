"""Param groups by name, by layer and by width, with coupled values, in one picture."""

import torch
from torch import nn

from lehr import warmup_cosine
from lehr.bindings.torch import (
    Scheduler,
    groups_by_layer,
    groups_by_name,
    mup_groups,
    per_group,
)
from lehr.plotting import draw_fields, draw_fields_svg
from lehr.schedules import growing_batch, opposed, proportional

model = nn.Sequential(nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 2))
narrow = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 2))
lr = warmup_cosine(1e-3, warmup=10, total=100)
ways = {
    "by name": groups_by_name(model, {"head": "^2"}, rest="body", no_decay=True),
    "by layer": groups_by_layer(model, lr=1e-3, decay=0.5, no_decay=True),
    "by width": mup_groups(model, narrow, lr=1e-3, no_decay=True),
}
for way, groups in ways.items():
    optimizer = torch.optim.AdamW(groups, lr=1e-3, weight_decay=0.1)
    fields = per_group(
        optimizer,
        lr={"head": 10 * lr, "body": lr} if way == "by name" else lr,
        weight_decay=proportional(lr, at_peak=0.1),
        beta1=opposed(lr, low=0.85, high=0.95),
    )
    picture = Scheduler(optimizer, **fields).schedules
    picture["batch size"] = growing_batch(lr, at_peak=64, most=512)
    with open(f"{way}.svg", "w") as file:
        file.write(draw_fields_svg(picture))
    print(way, ", ".join(group["name"] for group in groups))
print(draw_fields(picture, height=4, width=72))
