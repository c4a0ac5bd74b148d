-- One row: one value of a measure of the chosen municipality (NULL: of all) and project (NULL:
-- of all; '': the municipality's own activity).
SELECT measure, period, grain, value, n, status
FROM own_value
JOIN own_measure USING (measure)
WHERE
    ($municipality::VARCHAR IS NULL OR municipality = $municipality)
    AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY measure, grain, period
