-- One row: one service area of one extract; current where the newest delivery is this one.
SELECT extract_id, municipality, service_area, extraction_date, current
FROM extract_area
ORDER BY extraction_date, extract_id, service_area
