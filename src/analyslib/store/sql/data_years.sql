-- One row: one year with at least one value of an indicator in some municipality.
SELECT DISTINCT year
FROM benchmark
SEMI JOIN indicator USING (kpi)
WHERE n > 0
ORDER BY year
