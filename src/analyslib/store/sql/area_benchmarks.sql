-- One row: all municipalities together, one indicator of an area, one year and gender.
SELECT kpi, year, gender, riket, mean, median, q1, q3, low, high, n, rows
FROM benchmark
WHERE kpi IN (SELECT kpi FROM indicator WHERE area = $area)
ORDER BY kpi, gender, year
