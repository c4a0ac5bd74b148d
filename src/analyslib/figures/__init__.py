"""Figures: pure functions from results to a Picture, one module per family."""
