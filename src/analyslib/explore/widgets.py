"""The explorer's controls: thin, all from ipywidgets, so that keyboard and screen reader work.

The picture lives in an HTML widget and not in an Output: an Output is emptied before it is
filled, so the page would jump at every change.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from analyslib.catalogue import find_municipality
from analyslib.controls import LABELLED, framed
from analyslib.errors import AnalyslibError
from analyslib.explore.explorer import GROUPS, Choice, Explorer, open_explorer
from analyslib.explore.views import VIEWS
from analyslib.pack_plan import swedish_order


WIDE = widgets.Layout(width="100%")
START = "väntetid ekonomiskt bistånd"


class ExplorerView:
    """Controls around an Explorer. `choice` is what is chosen now, `page.value` what is shown."""

    def __init__(self, explorer: Explorer, municipality: str = "Umeå", search: str = "") -> None:
        self.explorer = explorer
        places = sorted(
            ((place.name, place.code) for place in explorer.catalogue.municipalities.values()),
            key=lambda item: swedish_order(item[0]),
        )
        chosen = find_municipality(explorer.catalogue, municipality).code
        self.search = widgets.Text(
            value=search,
            description="Sök:",
            placeholder="ord på svenska, t.ex. väntetid hemtjänst",
            style=LABELLED,
            layout=WIDE,
        )
        self.hits = widgets.Select(
            description="Nyckeltal:", rows=7, style=LABELLED, layout=WIDE, options=[]
        )
        self.municipality = _dropdown("Kommun:", places, chosen)
        self.group = _dropdown("Jämför med:", [(text, key) for key, text in GROUPS.items()])
        self.year = _dropdown("År:", [("senaste", 0)])
        # Real radio buttons: a screen reader says which is chosen, and the arrows choose.
        self.view = widgets.RadioButtons(
            options=list(VIEWS),
            description="Vy:",
            orientation="horizontal",
            style=LABELLED,
            layout=WIDE,
        )
        self.save = widgets.Button(description="Spara som Excel", icon="download")
        self.message = widgets.HTML()
        self.page = widgets.HTML(layout=widgets.Layout(min_height="360px"))
        self._quiet = False
        self._listen()
        self._search()

    def _listen(self) -> None:
        self.search.observe(lambda _: self._search(), "value")
        self.hits.observe(lambda _: self._new_series(), "value")
        for control in (self.municipality, self.group, self.year, self.view):
            control.observe(lambda _: self.refresh(), "value")
        self.save.on_click(lambda _: self._save())

    @property
    def choice(self) -> Choice:
        return Choice(
            kpi=self.hits.value or "",
            municipality=self.municipality.value,
            group=self.group.value,
            year=self.year.value,
            view=self.view.value,
        )

    def _search(self) -> None:
        """New words: a new list; what was chosen stays chosen if it is still there."""
        found = self.explorer.find(self.search.value)
        chosen = self.hits.value
        kept = chosen if chosen in [hit.kpi for hit in found] else None
        self.message.value = _message(self._nothing_found() if not found else "")
        if not found:
            return
        self._silently(lambda: self._set_hits([(hit.label, hit.kpi) for hit in found], kept))
        self._new_series()

    def _set_hits(self, options: list[tuple[str, str]], kept: str | None) -> None:
        self.hits.options = options
        self.hits.value = kept or options[0][1]

    def _nothing_found(self) -> str:
        near = self.explorer.index.near(self.search.value)
        remedy = f" Menade du {', '.join(near)}?" if near else " Pröva färre eller andra ord."
        return f"Inget nyckeltal har orden ”{self.search.value}”.{remedy}"

    def _new_series(self) -> None:
        if self._quiet or not self.hits.value:
            return
        years = self.explorer.reading(self.hits.value).years
        options = [("senaste", 0), *((str(year), year) for year in reversed(years))]
        kept = self.year.value if self.year.value in years else 0
        self._silently(lambda: self._set_years(options, kept))
        self.refresh()

    def _set_years(self, options: list[tuple[str, int]], kept: int) -> None:
        self.year.options = options
        self.year.value = kept

    def _silently(self, change: Callable[[], None]) -> None:
        """Several values change, and one page is drawn."""
        self._quiet = True
        try:
            change()
        finally:
            self._quiet = False

    def refresh(self) -> None:
        """Show what is chosen. What the user can mend is said, not raised."""
        if self._quiet:
            return
        try:
            self.page.value = self.explorer.show(self.choice).html
            self.message.value = ""
        except AnalyslibError as error:
            self.message.value = _message(str(error))

    def _save(self) -> None:
        path = self.explorer.export(self.choice)
        place = path.relative_to(self.explorer.workspace.root)
        self.message.value = _message(f"Sparade {place.as_posix()}")

    def __repr__(self) -> str:
        return f"<Utforskare: {self.hits.label}, {self.municipality.label}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The controls where they can live; where they cannot, the page as it stands."""
        choices = [self.municipality, self.group, self.year]
        box = framed(
            [
                self.search,
                self.hits,
                widgets.HBox(choices, layout=widgets.Layout(flex_flow="row wrap")),
                self.view,
                self.message,
                self.page,
                self.save,
            ]
        )
        bundle = box._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self), "text/html": self.page.value}


def explorer(data: str = "demo", municipality: str = "Umeå", search: str = START) -> ExplorerView:
    """The explorer of key figures, with its controls."""
    return ExplorerView(open_explorer(data), municipality, search)


def _dropdown(description: str, options: Any, value: Any = None) -> widgets.Dropdown:
    chosen = {} if value is None else {"value": value}
    return widgets.Dropdown(
        options=options,
        description=description,
        style=LABELLED,
        layout=widgets.Layout(width="auto", max_width="26em"),
        **chosen,
    )


def _message(text: str) -> str:
    return f'<p role="status">{escape(text)}</p>' if text else ""
