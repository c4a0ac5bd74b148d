"""Definitions as data: areas, networks, measures and municipalities. Found by glob."""
