"""Pages about errors in expressions and in documents of schedules."""

from lehr.config.error_pages.base import ErrorPage

PAGES = (
    ErrorPage(
        "LH100",
        "An expression breaks the grammar: a bracket that is not closed, an operator "
        "without a value behind it, a character that means nothing. An expression is "
        "made of calls, numbers, lengths with units, strings, tuples and + - * /.",
        "linear(1, 0, 100",
        "Look at the place that the message names, and just before it.",
        "expression",
    ),
    ErrorPage(
        "LH101",
        "A document is no YAML, JSON or TOML: a tab in the indentation, a missing "
        "comma, a colon without a space behind it.",
        "schedules:\n\tlr: 1e-3\n",
        "Mend the line that is named. A value that holds ': ' or ' #' needs quotes.",
    ),
    ErrorPage(
        "LH102",
        "No schedule, recipe or plain value has this name. Schedules may be written as "
        "the class is named (Cosine) or in lower case (cosine).",
        "cosin(1, 0, 100)",
        "Take the name that is suggested, or one of those that are known. Text needs "
        "quotes.",
        "expression",
    ),
    ErrorPage(
        "LH103",
        "A schedule does not take this argument, or a section does not know this key. "
        "Nothing is passed over in silence: a mistyped key would train another run.",
        "schedules:\n  lr: {kind: linear, start: 1, end: 0, stps: 100}\n",
        "Take the name that is suggested, or one of those that are known.",
    ),
    ErrorPage(
        "LH104",
        "Something has to be said and is not: an argument without a default, the kind "
        "of a schedule, a section that a run needs.",
        "schedules:\n  lr: {kind: linear, start: 1, end: 0}\n",
        "Add it. Behind the = stands how the call is written in full.",
    ),
    ErrorPage(
        "LH105",
        "The same key stands twice in a mapping, or the same argument twice in a call. "
        "Many readers take the last one and say nothing.",
        "schedules:\n  lr: 1e-3\n  lr: 3e-4\n",
        "Keep one of them.",
    ),
    ErrorPage(
        "LH106",
        "A value of the right type breaks a rule: a length below 0, a momentum of 1, a "
        "warmup that is longer than the run.",
        "schedules:\n  lr: warmup_cosine(3e-4, warmup=2000, total=1000)\n",
        "The message has the rule, the value that was given, and often the way out.",
    ),
    ErrorPage(
        "LH107",
        "A value is of the wrong type: text where a number is meant, a length where a "
        "schedule is meant, a list where a mapping is meant.",
        "schedules:\n  lr: {kind: linear, start: [1], end: 0, steps: 100}\n",
        "Write the value as the message asks. A number needs no quotes: 1e-3 is one in "
        "every format, as in YAML 1.2.",
    ),
    ErrorPage(
        "LH108",
        "A length with a unit cannot become updates, since what it refers to is not "
        "known: a percentage needs the length of the run, epochs need the size of the "
        "data set and of a batch, tokens need the length of a sequence, too.",
        "schedules:\n  lr: linear(1e-3, 0, 50%)\n",
        "Say how long the run is: `plan:` in the document, plan= in Python, or "
        "--steps and --plan on the command line. Or give the length in updates.",
    ),
    ErrorPage(
        "LH109",
        "The schedule wraps Python code, and no text may hold code: a document from "
        "elsewhere must not be able to run anything.",
        "Function(1)",
        "Build it in Python, or compose it of schedules: `table` takes any values.",
        "expression",
    ),
)
