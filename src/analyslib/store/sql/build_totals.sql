-- One row: what the whole store holds.
SELECT
    count(*) AS numbers,
    count(value) AS with_value,
    count(DISTINCT kpi) AS series,
    (
        SELECT count(DISTINCT kpi)
        FROM benchmark
        WHERE kpi IN (SELECT kpi FROM kpi WHERE newest AND ended)
    ) AS ended,
    (SELECT count(*) FROM revision) AS revised
FROM observation
