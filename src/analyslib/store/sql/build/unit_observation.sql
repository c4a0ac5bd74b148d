-- One row: one number of one unit that is in force, in key order.
INSERT INTO unit_observation
SELECT
    kpi,
    unit,
    year,
    gender,
    value,
    status_in(status_code(value, status, deleted)),
    source,
    vintage
FROM unit_stage
WHERE reason IS NULL AND place = 1 AND NOT deleted
ORDER BY kpi, unit, year, gender
