-- One row: one municipality of the same SKR group (itself too).
SELECT municipality, municipality_name, skr_group, skr_group_name
FROM municipality
WHERE
    type = 'K'
    AND skr_group = (SELECT skr_group FROM municipality WHERE municipality = $municipality)
ORDER BY municipality_name COLLATE sv
