-- One row: all municipalities together, one series, year and gender. Riket is weighted; the
-- mean, the median and the quartiles are unweighted over the municipalities with a value.
CREATE TABLE benchmark AS
SELECT
    kpi,
    year,
    gender,
    max(value) FILTER (type = 'L') AS riket,
    avg(value) FILTER (type = 'K') AS mean,
    median(value) FILTER (type = 'K') AS median,
    quantile_cont(value, 0.25) FILTER (type = 'K') AS q1,
    quantile_cont(value, 0.75) FILTER (type = 'K') AS q3,
    min(value) FILTER (type = 'K') AS low,
    max(value) FILTER (type = 'K') AS high,
    count(value) FILTER (type = 'K') AS n,
    count(*) FILTER (type = 'K') AS rows
FROM observation
JOIN municipality USING (municipality)
WHERE type = 'K' OR municipality = '0000'
GROUP BY kpi, year, gender
ORDER BY kpi, year, gender
