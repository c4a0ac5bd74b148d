-- One row: one municipality with at least one value of an indicator in the year.
SELECT DISTINCT municipality
FROM observation
SEMI JOIN indicator USING (kpi)
WHERE value IS NOT NULL AND year = $year
ORDER BY municipality
