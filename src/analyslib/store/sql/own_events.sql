-- One row: one thing that happened, in the chosen municipality (NULL: all) and project (NULL:
-- all; '': the municipality's own activity).
SELECT municipality, project, measure, date, text, rebase
FROM own_event
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY municipality, project, date, measure, text
