"""Exploring key figures: find, choose, see, copy, take with you."""
