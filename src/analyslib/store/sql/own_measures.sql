-- One row: one measure of the chosen municipality (NULL: of all) and project (NULL: of all;
-- '': the municipality's own activity), in the order of the file.
SELECT
    measure, project, municipality, area, title, unit, kind, persons, part_of, direction, target,
    target_from, public_kpi, source_note
FROM own_measure
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY municipality, project, own_measure.rowid
