-- One row: one account in one period, in the chosen municipality (NULL: all) and project (NULL:
-- all; '': the municipality's own activity), in the order of the file.
SELECT
    municipality, project, area, account, period, grain, budget, outcome, forecast, volume,
    volume_budget, volume_persons, status
FROM own_budget
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY municipality, project, own_budget.rowid
