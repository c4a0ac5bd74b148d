-- One row: one reason why rows were turned away, how many, and the key of one of them.
SELECT
    reason,
    count(*) AS rows,
    min(concat_ws(', ', kpi, municipality, year, gender)) AS example
FROM rejected
GROUP BY reason
ORDER BY rows DESC, reason
