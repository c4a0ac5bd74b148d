-- One row: one number of one series, in one municipality (all municipalities and years).
SELECT kpi, municipality, municipality_name, year, gender, value, status, n, source, vintage
FROM observation
JOIN municipality USING (municipality)
WHERE kpi = $kpi AND type = 'K'
ORDER BY municipality_name COLLATE sv, gender, year
