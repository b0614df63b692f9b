"""torch's ChainedScheduler: closed forms, what is inside what, refusals."""

import random
from dataclasses import replace

import pytest

from dialects.torch_children import FACTORS, SETTING, leaf
from dialects.torch_oracle import check, of, played
from lehr.config import read_schedule, write_schedule
from lehr.dialects.torch import chained, chained_momentum
from lehr.schedules import Chain, Product, Repeat, Table

WARMUP = of("LinearLR", start_factor=0.1, total_iters=10)
COSINE = of("CosineAnnealingLR", T_max=90, eta_min=1e-6)
DECAY = of("ExponentialLR", gamma=0.9)
WITH_A_COSINE = ("LinearLR", "CosineAnnealingLR", "MultiStepLR")
PRODUCT = of("MultiplicativeLR", lr_lambda=lambda n: 0.97)


def chain(*children):
    return of("ChainedScheduler", schedulers=children)


def test_the_documents_warmup_and_cosine_equal_torch():
    check(chain(WARMUP, COSINE), steps=600)
    lr = chained(0.1, schedulers=[WARMUP, COSINE])
    assert read_schedule(write_schedule(lr)) == lr
    table, fall, tail = lr.pieces
    assert (len(table.values), table.steps, fall.steps) == (11, 10, 80)
    assert tail(0) == 1e-6
    assert [phase.name for phase in lr.phases] == ["warmup", "decay", "rise", "decay"]


@pytest.mark.parametrize("kinds", [(*FACTORS, "CosineAnnealingLR"), WITH_A_COSINE])
def test_equals_torch_over_random_lists_with_a_cosine(kinds):
    rng = random.Random(str(kinds))
    for _ in range(60):
        check(chain(*(leaf(rng, kinds) for _ in range(rng.randint(1, 3)))), bases=[0.3])


@pytest.mark.parametrize("half", [5, 8])
@pytest.mark.parametrize("floor", [0, 0.01])
def test_factors_that_end_where_a_cosine_is_at_its_floor_equal_torch(half, floor):
    cosine = of("CosineAnnealingLR", T_max=half, eta_min=floor)
    for factor in (
        of("MultiStepLR", milestones=[half]),
        of("LinearLR", total_iters=half),
    ):
        check(chain(factor, cosine), bases=[0.3])
        check(chain(cosine, factor), bases=[0.3])


def test_a_product_inside_a_sequence_goes_on_from_the_value_of_all():
    inner = of("SequentialLR", schedulers=[DECAY, PRODUCT, DECAY], milestones=[4, 9])
    check(chain(inner, of("StepLR", step_size=3)), bases=[0.3])


def test_a_chain_in_a_chain_changes_nothing():
    flat = chained(0.3, schedulers=[WARMUP, DECAY, COSINE])
    assert chained(0.3, schedulers=[chain(WARMUP, DECAY), COSINE]) == flat
    assert chained(0.3, schedulers=[chain(COSINE)]) == COSINE.curve(0.3)


def test_a_chain_in_a_sequence_in_a_chain_starts_anew():
    inner = of("SequentialLR", schedulers=[DECAY, chain(WARMUP, DECAY)], milestones=[5])
    lr = chained(0.3, schedulers=[inner, of("ConstantLR", factor=1.0)])
    own = chained(0.3, schedulers=[WARMUP, DECAY])
    assert [lr(5 + n) for n in range(50)] == pytest.approx([own(n) for n in range(50)])


def test_factors_make_a_product_and_it_is_read_back():
    lr = chained(1.0, schedulers=[of("ConstantLR", factor=0.1, total_iters=20), DECAY])
    assert isinstance(lr, Product)
    assert [round(lr(n), 5) for n in (0, 1, 19, 20, 21)] == [
        *(0.1, 0.09, 0.01351, 0.12158, 0.10942)
    ]
    assert read_schedule(write_schedule(lr)) == lr


def test_what_sets_the_value_overrides_all_before_it():
    for kind in SETTING:
        setting = leaf(random.Random(3), (kind,))
        assert chained(0.3, schedulers=[DECAY, COSINE, PRODUCT, setting]) == (
            setting.curve(0.3)
        )


def test_a_cosine_to_0_has_a_closed_form_of_any_length():
    long = of("CosineAnnealingLR", T_max=10**9)
    lr = chained(1.0, schedulers=[WARMUP, long])
    assert not any(isinstance(piece, Table) for piece in lr.pieces)
    assert lr(10**9) == 0.0
    assert lr(5 * 10**8) == pytest.approx(0.5)
    warm = of("CosineAnnealingLR", T_max=10**9, eta_min=0.1)
    floor = chained(1.0, schedulers=[WARMUP, warm])
    assert len(floor.pieces[0].values) == 11
    assert floor(5 * 10**8) == pytest.approx(0.55)


def test_an_endless_decay_with_a_cosine_to_a_floor_repeats():
    child = chain(DECAY, of("CosineAnnealingLR", T_max=4, eta_min=0.01))
    check(child)
    lr = child.curve(0.1)
    assert isinstance(lr, Chain)
    assert isinstance(lr.pieces[-1], Repeat)
    assert lr(4 + 8 * 10**9) == lr(4)
    assert read_schedule(write_schedule(lr)) == lr


def test_the_momentum_is_that_of_the_last_who_drives_it():
    cycle = of("CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=5)
    one = of("OneCycleLR", max_lr=1.0, total_steps=300)
    for children in ([cycle, one, DECAY], [one, cycle]):
        (theirs,) = played(chain(*children), 60, [0.1], "momentum")
        momentum = chained_momentum(0.5, schedulers=children)
        assert [momentum(n) for n in range(61)] == pytest.approx(theirs, rel=1e-12)
    assert chained_momentum(0.5, schedulers=[DECAY]) is None


def test_names_what_it_refuses():
    with pytest.raises(ValueError, match=r"\(CosineAnnealingLR, MultiplicativeLR\) ha"):
        chained(0.1, schedulers=[COSINE, PRODUCT])
    inner = of("SequentialLR", schedulers=[WARMUP, PRODUCT], milestones=[4])
    with pytest.raises(ValueError, match="MultiplicativeLR has no end"):
        chained(0.1, schedulers=[inner, DECAY])
    long = of("CosineAnnealingLR", T_max=10**7, eta_min=0.1)
    with pytest.raises(ValueError, match="a table of 40000001 values is needed; at m"):
        chained(0.1, schedulers=[DECAY, long])
    late = of("StepLR", step_size=10**7)
    with pytest.raises(ValueError, match="a table of 10000001 values is needed"):
        chained(0.1, schedulers=[leaf(random.Random(0), SETTING), late])
    with pytest.raises(ValueError, match="factor must be > 0 in a ChainedScheduler"):
        chained(0.1, schedulers=[of("ConstantLR", factor=0.0), COSINE])
    with pytest.raises(ValueError, match="schedulers must hold at least one"):
        chained(0.1, schedulers=[])
    with pytest.raises(ValueError, match=r"schedulers\[0\] is ReduceLROnPlateau"):
        chained_momentum(0.1, schedulers=[of("ReduceLROnPlateau")])
    foreign = replace(
        WARMUP, dialect=replace(WARMUP.dialect, curve=lambda base, **_: 1)
    )
    with pytest.raises(
        ValueError, match="ChainedScheduler cannot hold LinearLR: it is"
    ):
        chained(0.1, schedulers=[foreign, COSINE])
