-- One row: one municipality, in Swedish order.
SELECT municipality, municipality_name, county, county_name, skr_group, skr_group_name
FROM municipality
WHERE type = 'K'
ORDER BY municipality_name COLLATE sv
