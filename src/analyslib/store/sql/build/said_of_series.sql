-- One row: what the newest metadata say of a series, in one field.
SELECT
    CASE $field
        WHEN 'title' THEN title
        WHEN 'description' THEN description
        WHEN 'operating_area' THEN operating_area
        WHEN 'perspective' THEN perspective
    END
FROM kpi
WHERE kpi = $kpi AND newest
