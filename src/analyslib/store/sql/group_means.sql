-- One row: the chosen municipalities together, one of the chosen series, one year and gender:
-- unweighted over the n of them that have a value, out of n_possible.
SELECT
    kpi,
    year,
    gender,
    avg(value) AS mean,
    median(value) AS median,
    quantile_cont(value, 0.25) AS q1,
    quantile_cont(value, 0.75) AS q3,
    count(value) AS n,
    len(list_distinct($members::VARCHAR[])) AS n_possible
FROM observation
WHERE
    kpi IN (SELECT unnest($kpis::VARCHAR[]))
    AND municipality IN (SELECT unnest($members::VARCHAR[]))
GROUP BY kpi, year, gender
ORDER BY kpi, gender, year
