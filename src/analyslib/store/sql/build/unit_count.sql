-- One row: one file of units or of their numbers, and what became of its rows.
SELECT
    file_no,
    count(*),
    count(*) FILTER (reason IS NULL),
    count(*) FILTER (reason IS NOT NULL),
    count(*) FILTER (reason IS NULL AND place > 1),
    count(*) FILTER (reason IS NULL AND deleted)
FROM unit_stage
GROUP BY file_no
UNION ALL
SELECT
    file_no,
    count(*),
    count(*) FILTER (known),
    count(*) FILTER (NOT known),
    0,
    0
FROM (
    SELECT
        file_no,
        coalesce(unit, '') <> '' AND municipality IN (SELECT municipality FROM municipality)
            AS known
    FROM raw_ou
)
GROUP BY file_no
ORDER BY file_no
