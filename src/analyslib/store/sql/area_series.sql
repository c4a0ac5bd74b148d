-- One row: one number of one indicator of an area, in one municipality (all years and genders).
SELECT kpi, municipality, year, gender, value, status, n, source, vintage
FROM observation
WHERE municipality = $municipality AND kpi IN (SELECT kpi FROM indicator WHERE area = $area)
ORDER BY kpi, gender, year
