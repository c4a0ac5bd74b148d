-- One row: one number of one indicator of the definitions, in one municipality.
SELECT kpi, municipality, year, gender, value, status, n, source, vintage
FROM observation
WHERE municipality = $municipality AND kpi IN (SELECT kpi FROM indicator)
ORDER BY kpi, gender, year
