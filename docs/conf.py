"""How Sphinx builds the documentation: MyST pages, Furo, offline."""

import os
from importlib import metadata

os.environ.setdefault("KERAS_BACKEND", "torch")

project = "lehr"
author = "the lehr authors"
copyright = "2026, the lehr authors"
release = version = metadata.version("lehr")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
napoleon_custom_sections = ["Source"]
autodoc_typehints = "none"
html_theme = "furo"
html_title = f"lehr {release}"
# Headings can be linked to by their text.
myst_heading_anchors = 3
exclude_patterns = ["build"]
