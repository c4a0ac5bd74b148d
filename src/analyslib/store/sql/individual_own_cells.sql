-- One row: one protected number about persons of one municipality.
SELECT layout, municipality, service_area, count, status
FROM individual_count
WHERE municipality <> 'alla'
ORDER BY ALL
