"""Problems of a text with the option of the command line that mends them."""

from dataclasses import replace

from lehr.config.errors import Problem

_RUN = "dataset_size=50k,batch_size=32,epochs=90"
_NEEDS = {
    "the size of the data set": _RUN,
    "dataset_size": _RUN,
    "sequence length": "batch_size=32,sequence_length=2048,tokens=10B",
    "sequence_length": "batch_size=32,sequence_length=2048,tokens=10B",
    "batch": "batch_size=32,updates=10k",
}
"""By what a duration lacks, the words of `--plan` that say it; the first one counts."""


def with_way_out(problem: Problem, options: bool = True) -> Problem:
    """Return a problem with the option of the command line that mends it."""
    message, hint = problem.message, problem.hint
    if problem.code == "LH108" and "need" in message:
        if "needs the length of the run" in message:
            short = message.partition(":")[0]
            return replace(problem, message=short, hint="give it: --steps 10000")
        found = next((way for need, way in _NEEDS.items() if need in message), None)
        if options and found:
            for cut in (": pass plan=", ": a plan", "; pass it"):
                message = message.partition(cut)[0]
            return replace(problem, message=message, hint=f"give it: --plan {found}")
    if options and "pass base=" in hint:
        hint = "give it: --base 1e-3, what the optimizer starts with"
    elif options and "pass plan=" in hint:
        hint = hint.partition("pass plan=")[0] + "give the run: --plan " + _RUN
    elif options:
        hint = hint.replace("pass library=, one", "say it: --library NAME, one")
    return replace(problem, hint=hint)
