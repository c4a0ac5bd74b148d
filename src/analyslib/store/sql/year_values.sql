-- One row: one number of one indicator of the definitions, for one municipality in one year.
SELECT kpi, municipality, municipality_name, year, gender, value, status, n
FROM observation
JOIN municipality USING (municipality)
WHERE year = $year AND type = 'K' AND kpi IN (SELECT kpi FROM indicator)
ORDER BY kpi, municipality, gender
