-- One row: one number of one unit of the chosen municipalities, for one of the chosen series.
SELECT
    kpi,
    municipality,
    municipality_name,
    unit,
    unit_name,
    year,
    gender,
    value,
    status,
    unit_observation.vintage
FROM unit_observation
JOIN unit USING (unit)
JOIN municipality USING (municipality)
WHERE
    kpi IN (SELECT unnest($kpis::VARCHAR[]))
    AND municipality IN (SELECT unnest($municipalities::VARCHAR[]))
ORDER BY kpi, municipality_name COLLATE sv, unit_name COLLATE sv, unit, year, gender
