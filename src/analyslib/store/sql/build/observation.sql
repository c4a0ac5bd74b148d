-- One row: one number that is in force, in key order. The winners come in order, but the join
-- may turn them over where there are few, so they are put in order again.
CREATE TABLE observation AS
SELECT
    kpi_in(key) AS kpi,
    municipality_in(key) AS municipality,
    year_in(key) AS year,
    gender_in(key) AS gender,
    value,
    status_in(status) AS status,
    n,
    getvariable('sources')[file_no + 1] AS source,
    getvariable('vintages')[file_no + 1] AS vintage
FROM (
    SELECT winner.key, file_no, value, status, n
    FROM winner
    LEFT JOIN n_value USING (key)
    WHERE status <> 5
    ORDER BY winner.key
)
