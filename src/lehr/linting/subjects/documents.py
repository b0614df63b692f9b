"""A document of lehr as a subject."""

from lehr.config.configuration import Config
from lehr.linting.base import Place, Subject
from lehr.plan import Plan


def of_config(config: Config, plan: Plan | None = None) -> Subject:
    """Return the facts of a document."""
    places = {}
    for name, path in config.paths.items():
        line, column = config.document.place(path) or (None, None)
        places[name] = Place(config.document.source, line, column, path)
    return Subject(
        config.schedules,
        plan or config.plan,
        sections=config.sections,
        places=places,
    )
