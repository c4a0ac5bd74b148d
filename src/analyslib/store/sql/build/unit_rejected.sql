-- One row: one unit, or one number of a unit, that was turned away.
INSERT INTO rejected
SELECT source, path, row, kpi, NULL, year, gender, reason FROM unit_stage WHERE reason IS NOT NULL
UNION ALL
SELECT source, path, row, NULL, municipality, NULL, NULL, reason
FROM listed_unit
WHERE reason IS NOT NULL
ORDER BY path, row
