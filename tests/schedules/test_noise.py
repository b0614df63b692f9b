"""Noise: random to look at, the same at every call."""

from math import inf, nan

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from scipy import stats

from lehr import Constant, Noise

N = 20_000


def test_is_the_same_in_any_order_and_another_with_another_seed():
    noise = Noise(0.1, seed=7)
    forwards = [noise(t) for t in range(100)]
    assert [Noise(0.1, seed=7)(t) for t in reversed(range(100))] == forwards[::-1]
    assert len(set(forwards)) == 100
    assert [Noise(0.1, seed=8)(t) for t in range(100)] != forwards


def test_normal_noise_is_a_cut_off_normal_distribution():
    noise = Noise(0.5, seed=1, centre=2.0, limit=2.0)
    sample = [(x - 2.0) / 0.5 for x in noise.curve(N)]
    assert stats.kstest(sample, stats.truncnorm(-2, 2).cdf).pvalue > 0.01
    assert max(map(abs, sample)) <= 2.0


def test_uniform_noise_is_uniform():
    noise = Noise(0.5, seed=2, centre=0.0, distribution="uniform")
    sample = list(noise.curve(N))
    assert stats.kstest(sample, stats.uniform(-0.5, 1.0).cdf).pvalue > 0.01


def test_neighbours_and_neighbouring_seeds_are_unrelated():
    one, two = (list(Noise(1.0, seed=s, centre=0.0).curve(N)) for s in (5, 6))
    assert abs(stats.pearsonr(one[1:], one[:-1]).statistic) < 0.03
    assert abs(stats.pearsonr(one, two).statistic) < 0.03


def test_every_updates_share_a_number():
    slow, fast = Noise(0.1, seed=3, every=5), Noise(0.1, seed=3)
    assert [slow(t) for t in range(20)] == [fast(t // 5) for t in range(20)]
    assert slow.next_change(7) == 10
    assert slow.area(0, 10) == pytest.approx(5 * (fast(0) + fast(1)))


def test_shakes_a_schedule_by_its_scale():
    shaken = Constant(2.0, 50) * Noise(0.1, seed=9)
    values = [shaken(t) for t in range(50)]
    assert all(2.0 * 0.7 <= x <= 2.0 * 1.3 for x in values)
    assert shaken[:50].minimum == min(*values, shaken(50))


def test_for_ever_it_comes_near_its_limits():
    noise = Noise(0.1, seed=4)
    assert (noise.minimum, noise.maximum) == pytest.approx((0.7, 1.3))
    assert noise.steps == inf
    assert not noise.is_continuous
    assert Noise(0.0, seed=4).is_continuous


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scale": -0.1}, "scale must be >= 0, got -0.1"),
        ({"scale": nan}, "scale must be finite, got nan"),
        ({"seed": -1}, "seed must be >= 0, got -1"),
        ({"seed": 2**64}, r"seed must be < 2\*\*64, got 18446744073709551616"),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5"),
        ({"limit": 9}, r"limit must be in \(0, 8\], got 9"),
        ({"every": 0}, "every must be > 0 and finite, got 0"),
        ({"distribution": "gauss"}, "distribution must be one of .*, got 'gauss'"),
        ({"generator": "numpy"}, "generator must be one of .*, got 'numpy'"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Noise(**{"scale": 0.1, "seed": 0} | wrong)


def test_noise_of_torch_is_drawn_for_each_update_from_its_own_generator():
    for seed in (0, 42, 2**32 - 3, 2**40):
        normal = Noise(0.3, seed, limit=2.0, generator="torch")
        even = Noise(0.3, seed, distribution="uniform", generator="torch")
        for t in (0, 1, 5, 1_000_003):
            generator = torch.Generator().manual_seed(seed + t)
            drawn = torch.rand(1, generator=generator).item()
            assert even(t) == pytest.approx(1.0 + 0.3 * (2.0 * drawn - 1.0), rel=1e-15)
            generator.manual_seed(seed + t)
            while abs(drawn := torch.randn(1, generator=generator).item()) >= 2.0:
                pass
            assert normal(t) == pytest.approx(1.0 + 0.3 * drawn, rel=1e-15)


def test_noise_of_torch_gives_arrays_what_it_gives_numbers():
    noise = Noise(0.1, seed=7, every=2, generator="torch")
    updates = [5, 0, 5, 12, 1, 10**6]
    numbers = [noise(t) for t in updates]
    assert noise(np.array(updates)).tolist() == numbers
    assert noise(torch.tensor(updates)).tolist() == numbers
    assert noise(jnp.array(updates)).tolist() == pytest.approx(numbers, rel=1e-6)
    assert noise(np.zeros((0, 2))).shape == (0, 2)
    assert list(noise.curve(20)) == [noise(t) for t in range(20)]
    assert (noise.minimum, noise.maximum) == pytest.approx((0.7, 1.3))


def test_noise_of_torch_can_not_be_traced():
    with pytest.raises(TypeError, match=r"can not be traced.*threefry"):
        jax.jit(Noise(0.1, seed=7, generator="torch"))(jnp.array([1]))
