"""The names in the labels of published numbers, as people know them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analyslib.catalogue import load_catalogue
from analyslib.sources.extract_model import code_lists


NOTHING: Mapping[str, str] = MappingProxyType({})


def with_names(label: str, classes: Mapping[str, str] = NOTHING) -> str:
    """The label with municipalities and service areas by name; `classes`: words for its classes."""
    places, areas = load_catalogue().municipalities, code_lists()["service_area"].labels
    names = {**classes, **{code: place.name for code, place in places.items()}, **areas}
    return " × ".join(names.get(word, word) for word in label.split(" × "))
