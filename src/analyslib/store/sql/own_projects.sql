-- One row: one project of the chosen municipality (NULL: of all), or the chosen project.
SELECT project, municipality, title, purpose, area, owner, start, stop
FROM own_project
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY municipality, start, project
