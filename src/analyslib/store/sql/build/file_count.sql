-- One row: one file of values and what became of its rows.
SELECT
    file_no,
    count(*) AS rows_in,
    count(*) FILTER (sort_key >= 0) AS loaded,
    count(*) FILTER (sort_key < 0) AS rejected,
    count(*) FILTER (sort_key < -1048576) AS group_rows,
    count(*) FILTER (status = 5 AND sort_key >= 0) AS deleted
FROM (
    SELECT
        sort_key,
        status,
        CASE
            WHEN sort_key >= 0 THEN sort_key & 1048575
            ELSE (-1 - sort_key) & 1048575
        END AS file_no
    FROM stage
)
GROUP BY file_no
ORDER BY file_no
