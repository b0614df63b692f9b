"""Pages about errors between the parts of a document, and in edits of its text."""

from lehr.config.error_pages.base import ErrorPage

PAGES = (
    ErrorPage(
        "LH130",
        "The section `plan` does not work out: it lacks what its length refers to, or "
        "contradicts itself or the data.",
        "schedules:\n  lr: 1e-3\nplan: {batch_size: 32, epochs: 3}\n",
        "A run has one length: epochs, updates, samples, tokens or length. Epochs need "
        "dataset_size, tokens need sequence_length, all but updates need batch_size.",
    ),
    ErrorPage(
        "LH131",
        "One thing is said in two places of a document, as in `plan` and in `train`. "
        "Which of them counts would be a guess.",
        "schedules:\n  lr: 1e-3\nplan: {batch_size: 32, updates: 100}\n"
        "train: {batch_size: 64}\n",
        "Keep one of them.",
    ),
    ErrorPage(
        "LH132",
        "The document is written in a version of the grammar that this lehr does not "
        "know.",
        "schema: 7\nschedules:\n  lr: 1e-3\n",
        "Install a newer lehr, or write the number of a version that is known.",
    ),
    ErrorPage(
        "LH133",
        "A schedule is given for a group of parameters that the section `groups` does "
        "not have. What no pattern takes is the group default.",
        'groups:\n  no_decay: ["*.bias"]\n'
        "schedules:\n  weight_decay: {nodecay: 0, default: 0.1}\n",
        "Take the name that is suggested, or add the group with its patterns.",
    ),
    ErrorPage(
        "LH140",
        "An edit of a text was asked for that the text has no place for: a key within "
        "a number, an item behind the end of a list.",
        'edited("schedules:\\n  lr: 1e-3\\n", "yaml", '
        '{("schedules", "lr", "peak"): 3e-4})',
        "Edit the file by hand, or change what is around it first.",
        "python",
        "error[LH140]: schedules.lr.peak cannot be edited: ...\n"
        "  --> <text>:2:7   at schedules.lr.peak\n"
        "   = edit the file by hand",
    ),
)
