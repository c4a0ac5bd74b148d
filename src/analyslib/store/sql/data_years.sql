-- One row: one year with at least one value of an indicator in some municipality.
SELECT DISTINCT year
FROM observation
SEMI JOIN indicator USING (kpi)
WHERE value IS NOT NULL
ORDER BY year
