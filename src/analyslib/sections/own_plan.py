"""What pages may say of a municipality's own measures: all of it, made anew of the release.

Public figures that stand beside are left out: they are nobody's secret, and change with the year.
"""

from __future__ import annotations

from analyslib.analysis.projects import follows_itself, read_projects
from analyslib.catalogue import Catalogue
from analyslib.sections.own_material import Beside, OwnActivity, read_own
from analyslib.sections.own_measures import own_measures_section
from analyslib.sections.parts import Html, join
from analyslib.sections.project import ProjectReport
from analyslib.store.connection import Store


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
