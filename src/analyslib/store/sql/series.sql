-- One row: one number of the chosen series in the chosen places (all years and genders).
SELECT kpi, municipality, municipality_name, year, gender, value, status, n, source, vintage
FROM observation
JOIN municipality USING (municipality)
WHERE
    kpi IN (SELECT unnest($kpis::VARCHAR[]))
    AND municipality IN (SELECT unnest($municipalities::VARCHAR[]))
ORDER BY kpi, municipality, gender, year
