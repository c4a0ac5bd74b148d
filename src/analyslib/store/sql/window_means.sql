-- One row: the chosen municipalities together (unweighted), one indicator of the definitions and
-- year in a window of years, both sexes together.
SELECT kpi, year, avg(value) AS mean, count(value) AS n
FROM observation
SEMI JOIN indicator USING (kpi)
WHERE
    gender = 'T'
    AND year BETWEEN $first AND $last
    AND municipality IN (SELECT unnest($members::VARCHAR[]))
    AND value IS NOT NULL
GROUP BY kpi, year
ORDER BY kpi, year
