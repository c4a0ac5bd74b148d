-- One row: all municipalities together, one series, year and gender. Riket is weighted; the
-- mean, the median and the quartiles are unweighted over the municipalities with a value.
CREATE TABLE benchmark AS
WITH placed AS (
    SELECT
        kpi,
        year,
        gender,
        CASE WHEN municipality = '0000' THEN value END AS riket,
        CASE WHEN municipality NOT LIKE '00%' THEN value END AS value,
        municipality NOT LIKE '00%' AS is_municipality
    FROM observation
    WHERE municipality = '0000' OR municipality NOT LIKE '00%'
),
summary AS (
    SELECT
        kpi,
        year,
        gender,
        max(riket) AS riket,
        avg(value) AS mean,
        quantile_cont(value, [0.25, 0.5, 0.75]) AS quartiles,
        min(value) AS low,
        max(value) AS high,
        count(value) AS n,
        count_if(is_municipality) AS rows
    FROM placed
    GROUP BY kpi, year, gender
)
SELECT
    kpi,
    year,
    gender,
    riket,
    mean,
    quartiles[2] AS median,
    quartiles[1] AS q1,
    quartiles[3] AS q3,
    low,
    high,
    n,
    rows
FROM summary
ORDER BY kpi, year, gender
