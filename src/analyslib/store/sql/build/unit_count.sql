-- One row: one file of units or of their numbers, and what became of its rows.
SELECT
    file_no,
    count(*) AS rows_in,
    count(*) FILTER (reason IS NULL) AS loaded,
    count(*) FILTER (reason IS NOT NULL) AS rejected,
    count(*) FILTER (reason IS NULL AND place > 1) AS superseded,
    count(*) FILTER (reason IS NULL AND deleted) AS deleted
FROM (
    SELECT file_no, reason, place, deleted FROM unit_stage
    UNION ALL
    SELECT file_no, reason, 1, false FROM listed_unit
)
GROUP BY file_no
ORDER BY file_no
