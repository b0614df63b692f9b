"""Draw up a schedule before the run, and ask it what one would ask of a plan."""

from lehr import warmup_stable_decay

lr = warmup_stable_decay(3e-4, warmup=1_000, stable=7_000, decay=2_000)

print(f"{lr.steps} updates, at most {lr.maximum:g}, at least {lr.minimum:g}")
for phase in lr.phases:
    print(f"{phase.name:>8} {phase.begin:>6} .. {phase.end:<6} {phase.shape}")
print(f"update 9_000 uses {lr(9_000):g}, and update 10**9 {lr(10**9):g}")
print(f"area under the curve: {lr.area():.4f}")
