"""How the documentation is built: `python -m sphinx -W --keep-going docs docs/_build/html`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

EXTENSIONS = Path(__file__).parent / "_ext"
sys.path.insert(0, str(EXTENSIONS))
# The cells that are run find the extension, and the command line that belongs to this Python.
os.environ["PYTHONPATH"] = str(EXTENSIONS)
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

project = "powerchannel"
author = "the powerchannel contributors"
copyright = author
version = release = installed_version("powerchannel")
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "generated_pages",
]
exclude_patterns = ["_build", "_ext"]

autodoc_typehints = "none"  # the docstrings name every type, in words and with units
autodoc_member_order = "bysource"
# What scikit-learn adds to estimators is told in its own documentation.
autodoc_default_options = {"exclude-members": "set_fit_request, set_score_request"}
numpydoc_show_class_members = False

myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 300

html_theme = "pydata_sphinx_theme"
html_title = "powerchannel"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wrap.css"]
html_sidebars = {"tutorial": [], "billing-tutorial": [], "theft-tutorial": [], "sources": []}
html_theme_options = {
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
