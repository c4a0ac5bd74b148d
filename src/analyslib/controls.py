"""The look of controls in a notebook: one for all of them, in JupyterLab's own colours.

Figures and tables have their style from the page's sheet in a report; here they get what it
takes to be read in a light or dark theme and in a narrow window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets


LABELLED = {"description_width": "9em"}
WIDE = widgets.Layout(width="100%", max_width="46em")
# In a notebook the arrows and single letters are JupyterLab's own short cuts, in a list of
# choices too: V would paste a cell, D D take one away, and an arrow leave the list. Not from what
# bears this mark; a field for text has the keys to itself already.
OURS_ARE_THE_KEYS = (
    "this.closest('.analyslib')?.addEventListener('focusin', event => "
    "event.target.matches('select, button, summary, input[type=radio], input[type=checkbox]') && "
    "event.target.setAttribute('data-lm-suppress-shortcuts', 'true'))"
)
STYLE = f"""<style onload="{OURS_ARE_THE_KEYS}">
.analyslib{{max-width:62rem}}
.analyslib .widget-html-content{{min-width:0;line-height:1.5;overflow-wrap:anywhere}}
.analyslib .widget-html-content p,.analyslib .widget-html-content ul{{margin:.4em 0}}
.analyslib h2{{margin:1.2em 0 .2em;font-size:1.35em}}
.analyslib h3{{margin:.8em 0 .3em;font-size:1.15em}}
.analyslib .widget-html-content a{{color:var(--jp-content-link-color);text-decoration:underline}}
.analyslib .bild{{margin:.5em 0}}
.analyslib .bild>img{{max-width:100%;height:auto;background:#fff;border-radius:4px}}
.analyslib figcaption{{max-width:44rem}}
.analyslib summary{{cursor:pointer;padding:.2em 0}}
.analyslib .notis{{margin:.5em 0;padding:.1em .9em;border-left:4px solid #b98a00;
background:var(--jp-layout-color2)}}
.analyslib .tabellyta{{overflow-x:auto}}
.analyslib table{{border-collapse:collapse}}
.analyslib caption{{text-align:left;font-weight:600;padding:.3em 0}}
.analyslib th,.analyslib td{{padding:.25em .7em .25em 0;text-align:right;vertical-align:top;
border-bottom:1px solid var(--jp-border-color2)}}
.analyslib .text,.analyslib th[scope=row],.analyslib .ord th,.analyslib .ord td{{text-align:left}}
.analyslib pre{{overflow-x:auto;padding:.6em .8em;background:var(--jp-layout-color2)}}
.analyslib .widget-inline-hbox,.analyslib .widget-radio{{max-width:calc(100% - 4px)}}
.analyslib .widget-inline-hbox select,.analyslib .widget-inline-hbox input{{min-width:0}}
.analyslib .widget-radio{{display:flex;align-items:baseline;height:auto}}
.analyslib .widget-radio>.widget-label{{flex-shrink:0;margin-right:8px;text-align:right}}
.analyslib .widget-radio-box{{flex-wrap:wrap;height:auto;column-gap:1.2em}}
.analyslib .widget-radio-box label{{width:auto;height:auto;padding:.1em 0}}
@media (max-width:40rem){{
.analyslib .widget-inline-hbox,.analyslib .widget-radio{{flex-flow:column nowrap;height:auto;
align-items:stretch}}
.analyslib .widget-inline-hbox,.analyslib .widget-radio{{max-width:calc(100% - 4px)!important}}
.analyslib .widget-inline-hbox>*{{flex:none;max-width:100%}}
.analyslib .widget-inline-hbox>select{{min-height:28px}}
.analyslib .widget-label-basic{{white-space:normal;height:auto}}
.analyslib .widget-inline-hbox>.widget-label,.analyslib .widget-radio>.widget-label{{
width:auto!important;text-align:left}}
}}
</style>"""


def field(kind: Callable[..., Any], description: str, **options: Any) -> Any:
    """A control with its label before it, as wide as the others."""
    return kind(description=description, style=LABELLED, layout=WIDE, **options)


def framed(children: Sequence[widgets.Widget]) -> widgets.VBox:
    """Controls and what they show, one under the other, with the look of this module."""
    style = widgets.HTML(STYLE, layout=widgets.Layout(display="none"))
    box = widgets.VBox([style, *children])
    box.add_class("analyslib")
    return box
