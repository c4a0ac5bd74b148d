-- One row: one municipality of the same county (itself too).
SELECT municipality, municipality_name, county_name
FROM municipality
WHERE
    type = 'K'
    AND county = (SELECT county FROM municipality WHERE municipality = $municipality)
ORDER BY municipality_name COLLATE sv
