"""All scenarios, by name."""

from training.engine import decisions, scenarios, spread

SCENARIOS = {
    one.__name__: one
    for one in (
        scenarios.tokens,
        scenarios.any_iterable,
        scenarios.in_one_go,
        scenarios.in_two_parts,
        scenarios.first_part,
        scenarios.second_part,
        scenarios.third_part,
        scenarios.shuffled_in_one_go,
        scenarios.shuffled_in_parts,
        scenarios.buffers,
        decisions.stop_on_one,
        decisions.stop_between_epochs,
        decisions.signal_on_one,
        decisions.nan_on_one,
        decisions.skip_on_one,
        decisions.back_on_one,
        decisions.half,
        decisions.seen,
        decisions.by_mesh,
        spread.averaged,
        spread.files,
        spread.slow_start,
    )
}
