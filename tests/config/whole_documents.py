"""Documents with any of the sections that need no training."""

from hypothesis import strategies as st

plans = st.one_of(
    st.fixed_dictionaries(
        {"batch_size": st.just(4)},
        optional={
            "accumulation": st.sampled_from([2, None]),
            "world_size": st.just(2),
            "drop_last": st.booleans(),
        },
    ).flatmap(
        lambda batch: st.sampled_from(
            [
                {"updates": 500},
                {"updates": "0.5k", "epochs": None},
                {"length": "500 updates"},
                {"dataset_size": "1k", "epochs": 2.5},
                {"dataset_size": 64, "length": "3ep"},
                {"sequence_length": 8, "tokens": "1Mtok"},
                {"samples": "64k samples"},
            ]
        ).map(lambda length: {**batch, **length})
    ),
    st.just({"updates": 500}),
    st.sampled_from(
        [
            {"sizes": [8, 16], "until": ["1k", 3000]},
            {"sizes": [8], "until": [9], "clock": "samples"},
            {"start": 8, "end": 32, "increment": 8, "samples": "3k"},
        ]
    ).map(
        lambda ramp: {"batch_size": 8, "accumulation": 4, "updates": 9, "ramp": ramp}
    ),
)
documents = st.fixed_dictionaries(
    {
        "schedules": st.sampled_from(
            [
                {"lr": "linear(1, 0, 9)", "weight_decay": None},
                {"lr": {"a": 0.1, "default": None}, "beta1": "constant(0.9)"},
            ]
        ),
        "groups": st.sampled_from([{"a": "*.bias"}, {"a": ["*", "x.*"], "b": "y"}]),
    },
    optional={
        "schema": st.sampled_from([1, None]),
        "name": st.sampled_from(["run-7", None]),
        "seed": st.sampled_from([3, None]),
        "plan": plans,
        "output": st.none(),
        "optimizer": st.sampled_from(
            [{"kind": "adamw", "beta2": 0.95, "eps": 1e-9}, {"kind": "sgd"}, None]
        ),
        "logging": st.sampled_from(
            [
                {"every": 3, "csv": True, "jsonl": False, "tensorboard": False},
                {"wandb": {"project": "p", "tags": ["a"], "name": None}},
                {"mlflow": {"experiment": "e", "uri": "https://x"}, "wandb": None},
                {"trackio": {"project": "p"}},
                None,
            ]
        ),
        "lint": st.sampled_from(
            [{}, {"ignore": [{"rule": "LH012", "reason": "small"}]}, None]
        ),
    },
)
