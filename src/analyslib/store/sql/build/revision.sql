-- One row: one number that differs between a file and the next newer one with the same key.
-- Differences in the seventh decimal are how a file was written, and count as equal.
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
    getvariable('vintages')[file_no + 1] AS old_vintage,
    getvariable('vintages')[newer_file_no + 1] AS new_vintage
FROM ordered
WHERE
    key = key_before
    AND (
        (value IS NULL) <> (newer_value IS NULL)
        OR (status = 5) <> (newer_status = 5)
        OR abs(value - newer_value) > 1e-6 + 1e-9 * abs(value)
    )
