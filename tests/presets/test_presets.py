"""Published recipes: what they come to is what their sources say."""

import math

import pytest

from lehr import read_config
from lehr.presets import preset, preset_names

# What the sources say in their own words, apart from what the documents are made of.
SAID = {
    # 300 B tokens at 3.2 M a batch; "cosine decay for learning rate down to 10%".
    "gpt3-175b": {"updates": (93_750, 0.001), "final_share": 0.1},
    "gpt3-125m": {"updates": (600_000, 0.001), "final_share": 0.1},
    "nanogpt-124m": {"batch_tokens": 491_520, "tokens": (300e9, 0.02)},
    # 1.4 T tokens at 4 M a batch: 350,000 updates at 4e6, 333,786 at 2^22.
    "llama-65b": {"updates": (333_786, 1e-5), "final_share": 0.1},
    "llama-2-7b": {"updates": (476_838, 1e-5), "final_share": 0.1},
    # 1.2 M updates come to the 15.6 T tokens of the first stage, less the first two.
    "llama-3-405b": {"updates": (1_200_000, 0), "final_share": 0.01},
    "chinchilla-70b": {"tokens": (1.4e12, 1e-5), "final_share": 0.1},
    "pythia-6.9b": {"tokens": (299_892_736_000, 0), "final_share": 0.1},
    "deepseek-llm-67b": {"tokens": (2e12, 1e-5), "final_share": 0.1},
    "deepseek-v3": {"tokens": (14.8e12, 1e-5), "final": 7.3e-6},
    # 20 B tokens are 5,000 updates, in which the rate halves once.
    "minicpm-2.4b": {"tokens": (1.02e12, 1e-5), "final_share": 0.5},
    "wsd-1-sqrt": {"tokens": (5.12e9, 0), "final": 0.0},
    "olmo-2-7b": {"tokens": (4.05e12, 1e-5), "final": 0.0},
    # "approximately 40 epochs over the 3.3 billion word corpus".
    "bert-base": {"tokens": (131.072e9, 0), "final": 0.0},
    "roberta-large": {"warmup": 30_000, "final": 0.0},
    # "a total of 2^35 or about 34B tokens"
    "t5": {"tokens": (2**35, 0), "final": 1 / math.sqrt(2**19)},
    # lrate = d^-0.5 min(n^-0.5, n w^-1.5), with n counted from 1.
    "transformer-base": {"peak": 512**-0.5 * 4000**-0.5},
    "whisper-large": {"updates": (2**20, 0), "warmup": 2048, "final": 0.0},
    "clip-vit-b32": {"samples": (12.8e9, 0), "warmup": 2000},
    "resnet-50": {"peak": 0.1 * 8192 / 256, "final_share": 1e-3, "first": 0.1},
    "resnet-50-a2": {"peak": 5e-3, "warmup": 5 * 626},
    "vit-b16-in21k": {"warmup": 10_000, "final": 0.0},
    "deit-b": {"peak": 5e-4 * 1024 / 512, "final": 1e-5},
    "convnext-t": {"peak": 4e-3, "final": 0.0, "warmup": 20 * 313},
    "mae-vit-l": {"peak": 1.5e-4 * 4096 / 256},
    "dino-vit-s": {"peak": 5e-4 * 1024 / 256, "final": 1e-6},
    # "T_0 = 10, T_mult = 2": restarts at epochs 10, 30, 70, 150.
    "sgdr-cifar": {"samples": (150 * 50_000, 0), "final": 0.0},
    "bert-finetune": {"peak": 2e-5, "final": 0.0},
    # 52k, 3 epochs, batches of 128: 1,218 updates and a tail an epoch.
    "alpaca-7b": {"batch": 128, "updates": (1_218, 0.01), "final": 0.0},
    "qlora-7b": {"final_share": 1.0, "updates": (1_875, 0)},
}


def test_each_recipe_is_compared_with_its_source():
    assert set(SAID) == set(preset_names())
    assert len(preset_names()) >= 15


@pytest.mark.parametrize("name", SAID)
def test_a_recipe_comes_to_what_its_source_says(name):
    facts = preset(name).facts()
    facts["final_share"] = facts["final"] / facts["peak"]
    if facts["tokens"]:
        facts["batch_tokens"] = facts["batch"] * facts["tokens"] // facts["samples"]
    for key, said in SAID[name].items():
        value, slack = said if isinstance(said, tuple) else (said, 1e-4)
        assert facts[key] == pytest.approx(value, rel=slack, abs=1e-4 * facts["peak"])


@pytest.mark.parametrize("name", SAID)
def test_a_recipe_names_its_source_and_reads_as_a_document(name):
    one = preset(name)
    assert one.text.startswith(f"# {one.title}\n# Source: {one.source}\n")
    assert "arXiv:" in one.source or "github.com" in one.source
    config = read_config(one.text)
    assert config.plan.updates == one.facts()["updates"]
    assert config.document.data["schema"] == 1
    assert config.document.data["name"] == name


def test_rates_of_deepseek_v3_are_those_of_its_tokens():
    config = preset("deepseek-v3").config
    lr, plan = config.schedules["lr"], config.plan
    for tokens, rate in (("5Ttok", 2.2e-4), ("14.4Ttok", 2.2e-5), ("14.7Ttok", 7.3e-6)):
        assert lr(plan.resolve(tokens)) == rate
    middle = plan.resolve("12.15Ttok")  # half-way down the cosine
    assert lr(middle) == pytest.approx((2.2e-4 + 2.2e-5) / 2, rel=1e-4)


def test_chinchilla_doubles_its_batch_midway():
    plan = preset("chinchilla-70b").config.plan
    half = plan.resolve("0.7Ttok")
    assert plan.at(half).tokens / half == pytest.approx(1.5e6, rel=0.002)
    later = plan.at(plan.updates).tokens - plan.at(half).tokens
    assert later / (plan.updates - half) == pytest.approx(3e6, rel=0.002)


def test_an_unknown_recipe_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match='did you mean "resnet-50"'):
        preset("resnet50")
