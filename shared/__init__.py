"""Joinly's own work: the pure core that decides and the shell that carries decisions out."""

VERSION = "0.1.0"
"""Of the package; pyproject.toml says the same."""
