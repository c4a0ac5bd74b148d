"""A workbench for systematic follow-up in Swedish municipal social services."""

__version__ = "0.1.0"
