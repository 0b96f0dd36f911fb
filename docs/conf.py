"""How the documentation is built: `uv run sphinx-build -W docs docs/_build/html`."""

from importlib.metadata import version as installed_version

project = "evledger"
copyright = "the evledger contributors"
release = installed_version("evidence-ledger")
version = release

napoleon_use_ivar = True  # attributes named alike in several classes are no cross-references
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = "evledger"
