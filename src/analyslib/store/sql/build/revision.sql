-- One row: one number that differs between a file and the next newer one with the same key.
-- Differences in the seventh decimal are how a file was written, and count as equal; and where
-- the unit changed in between, the number has not been revised.
INSERT INTO revision
SELECT
    kpi_in(key),
    municipality_in(key),
    year_in(key),
    gender_in(key),
    value AS old_value,
    newer_value AS new_value,
    status_in(status) AS old_status,
    status_in(newer_status) AS new_status,
    getvariable('vintages')[ordered.file_no + 1] AS old_vintage,
    getvariable('vintages')[newer_file_no + 1] AS new_vintage
FROM ordered
LEFT JOIN file_scale AS mine
    ON mine.kpi_no = key >> 21 AND mine.file_no = ordered.file_no
LEFT JOIN file_scale AS newer
    ON newer.kpi_no = key >> 21 AND newer.file_no = newer_file_no
WHERE
    key = key_before
    AND (mine.scale = newer.scale OR mine.scale IS NULL OR newer.scale IS NULL)
    AND (
        (value IS NULL) <> (newer_value IS NULL)
        OR (status = 5) <> (newer_status = 5)
        OR abs(value - newer_value) > 1e-6 + 1e-9 * abs(value)
    )
