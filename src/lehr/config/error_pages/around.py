"""Pages about errors around schedules: files, libraries, runs, the command line."""

from lehr.config.error_pages.base import ErrorPage

_RUN = """\
schema: 1
data: {kind: digits}
optimizer: {kind: adamw}
schedules:
  lr: warmup_cosine(3e-3, warmup=10%, total=100%)
train: {epochs: 10}
"""

PAGES = (
    ErrorPage(
        "LH110",
        "A file is not there, may not be read, is no UTF-8 text, or its ending tells "
        "no format: documents end in .yaml, .yml, .json or .toml.",
        "lehr show gone.yaml",
        "Check the path; it starts at the folder in which the command runs.",
        "command",
        "error[LH110]: cannot read the file: no such file or directory\n"
        "  --> gone.yaml",
    ),
    ErrorPage(
        "LH111",
        "A text is too large or nested too deeply to be a configuration, or contains "
        "itself by an alias: what would exhaust the memory is refused before it does.",
        "schedules: &all\n  lr: 1e-3\n  others: *all\n",
        "Take the alias away that closes the circle; flatten what is nested.",
    ),
    ErrorPage(
        "LH112",
        "A YAML tag asks for an object of Python or of another program. A document "
        "holds plain data only, so reading one never runs anything.",
        "schedules:\n  lr: !!python/name:os.system\n",
        "Take the tag away, and write the value itself.",
    ),
    ErrorPage(
        "LH114",
        "No library that lehr knows has a scheduler of this name, or nothing in the "
        "configuration says whose it is.",
        "scheduler:\n  name: CosinAnnealingLR\n  T_max: 30\n",
        "Take the name that is suggested, or name the library: --library timm, "
        "library= in Python.",
        "foreign",
        'error[LH114]: unknown scheduler "CosinAnnealingLR"\n'
        "  --> <text>:2:9   at scheduler.name\n"
        '   = did you mean "CosineAnnealingLR"? known: ChainedScheduler, ...',
    ),
    ErrorPage(
        "LH115",
        "Neither torch nor the libraries of optimizers that are installed have this "
        "optimizer.",
        'build_optimizer(model, {"name": "AdmW", "lr": 1e-3})',
        "Take the name that is suggested; more are known once the extra is installed: "
        "pip install 'lehr[optimizers]'.",
        "python",
        'error[LH115]: unknown optimizer "AdmW"\n'
        "  --> <dict>   at name\n"
        '   = did you mean "AdamW"? known: ...',
    ),
    ErrorPage(
        "LH116",
        "The optimizer is known, but the library that it belongs to is not installed "
        "or fails to be imported; its own words are in the message.",
        'build_optimizer(model, {"name": "RAdamScheduleFree", "lr": 1e-3})',
        "Install it: pip install 'lehr[optimizers]'.",
        "python",
        "error[LH116]: RAdamScheduleFree needs schedulefree, which cannot be ...\n"
        "  --> <dict>   at name\n"
        "   = pip install 'lehr[optimizers]'",
    ),
    ErrorPage(
        "LH120",
        "The section has no kind of this name.",
        _RUN.replace("digits", "digit"),
        "Take the kind that is suggested, or one of those that are known.",
        "run",
    ),
    ErrorPage(
        "LH121",
        "A word of the command line is neither a document nor of the form key=value.",
        "lehr train run.yaml other.yaml",
        "One document at most; what changes it is written as in train.epochs=5.",
        "command",
        "error[LH121]: one document at most, got run.yaml, other.yaml\n"
        "  --> <command line>\n"
        "   = an override has the form key=value, as in train.epochs=5",
    ),
    ErrorPage(
        "LH122",
        "The data cannot be trained on: they are empty, do not have the form that "
        "their kind needs, or other processes read other data.",
        "lehr train data.kind=table --data empty.csv",
        "Look at the file that is named; docs/run-document.md tells what each kind of "
        "data is made of.",
        "command",
        "error[LH122]: the data set is empty: empty.csv holds no rows\n"
        "  --> <command line>   at data.path",
    ),
    ErrorPage(
        "LH123",
        "A path of a document leads out of its folder. A document from elsewhere can "
        "neither read nor write what did not come with it.",
        "lehr train output=../elsewhere",
        "Name on the command line what lies elsewhere: --run-dir and --data take any "
        "path, since you have typed it.",
        "command",
        'error[LH123]: "../elsewhere" leads out of the folder ...\n'
        "  --> <command line>   at output\n"
        "   = for a folder elsewhere there is --run-dir",
    ),
    ErrorPage(
        "LH124",
        "There is no run to go on with: none was started here, or it is elsewhere.",
        "lehr train --resume",
        "Start one without --resume, or name its folder: --run-dir DIR. A job that may "
        "be started again takes --auto-resume.",
        "command",
        "error[LH124]: there is no run to continue in runs\n"
        "  --> <command line>\n"
        "   = start one without --resume, or name its folder: --run-dir DIR",
    ),
    ErrorPage(
        "LH125",
        "A run would go on with other settings or other data than it was started with, "
        "so that its beginning and its end would be of two runs.",
        "lehr train --resume train.epochs=9",
        "Leave the settings as they were, or start a new run without --resume.",
        "command",
        "error[LH125]: train.epochs was 7 when the run was started, and is 9 now\n"
        "  --> <command line>   at train.epochs\n"
        "   = leave it as it was, or start a new run without --resume",
    ),
)
