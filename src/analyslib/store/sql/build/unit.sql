-- One row: one unit, as the newest list that holds it says.
INSERT INTO unit
SELECT unit, coalesce(unit_name, ''), municipality, vintage
FROM listed_unit
WHERE reason IS NULL
QUALIFY row_number() OVER (PARTITION BY unit ORDER BY file_no, row) = 1
ORDER BY unit
