-- One row: one part (matt, budget) of the newest delivery of a municipality (NULL: of all) and
-- its project (NULL: all; '': its own activity), and the day that the content speaks for.
SELECT municipality, project, part, vintage, rows, delivery
FROM own_delivery
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY municipality, project, part
