"""What pages may say of individuals and of own measures: all of it, made anew of the release.

Public figures that stand beside own measures are left out: they are nobody's secret, and change
with the year.
"""

from __future__ import annotations

from analyslib.analysis.projects import follows_itself, read_projects
from analyslib.catalogue import Catalogue
from analyslib.disclosure.parts_made_anew import OWN, PartName
from analyslib.sections.follow_up import FollowUpReport
from analyslib.sections.follow_up_material import has_released, material_from
from analyslib.sections.own_material import Beside, OwnActivity, read_own
from analyslib.sections.own_measures import own_measures_section
from analyslib.sections.parts import Html, join
from analyslib.sections.project import ProjectReport
from analyslib.sources.extract_model import code_lists
from analyslib.store.connection import Store


def made_anew(store: Store, catalogue: Catalogue, part: PartName) -> Html | None:
    """Everything that may stand in parts of this name; None where nothing may."""
    if part.municipality not in catalogue.municipalities:
        return None
    if part.kind == OWN:
        return own_parts(store, catalogue, part.municipality)
    return follow_up_parts(store, catalogue, part.municipality, part.area)


def own_parts(store: Store, catalogue: Catalogue, municipality: str) -> Html | None:
    """The parts of the municipality's report and of its projects' reports; None where it has
    delivered nothing."""
    if not follows_itself(store, municipality):
        return None
    own = read_own(store, catalogue, municipality, None)
    projects = [
        read_own(store, catalogue, municipality, project)
        for project in read_projects(store, municipality)
    ]
    section = own_measures_section(OwnActivity(own, tuple(projects), Beside(0)))
    reports = [ProjectReport(project, Beside(0), "") for project in projects]
    return join([section, *(part for report in reports for part in report.own_parts())])


def follow_up_parts(
    store: Store, catalogue: Catalogue, municipality: str, area: str
) -> Html | None:
    """Every section of the municipality's report on the follow-up, of one service area or of all;
    None where nothing has been released."""
    if not has_released(store) or area not in ("", *code_lists()["service_area"].labels):
        return None
    place = catalogue.municipalities[municipality]
    report = FollowUpReport(material_from(store, catalogue, place, area), "")
    return join(report.sections())
