-- One row: what the whole store holds. A number is revised where it had another value before, and
-- withdrawn where it has none now, as in value_changes.
SELECT
    count(*) AS numbers,
    count(value) AS with_value,
    count(DISTINCT kpi) AS series,
    (
        SELECT count(DISTINCT kpi)
        FROM benchmark
        WHERE kpi IN (SELECT kpi FROM kpi WHERE newest AND ended)
    ) AS ended,
    (
        SELECT count(*) FILTER (old_value IS NOT NULL AND new_value IS NOT NULL) FROM revision
    ) AS revised,
    (SELECT count(*) FILTER (old_value IS NOT NULL AND new_value IS NULL) FROM revision) AS withdrawn
FROM observation
