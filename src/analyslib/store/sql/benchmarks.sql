-- One row: all municipalities together, one of the chosen series, one year and gender. Riket is
-- weighted; mean, median and quartiles are unweighted over the n municipalities with a value.
SELECT kpi, year, gender, riket, mean, median, q1, q3, low, high, n, rows
FROM benchmark
WHERE kpi IN (SELECT unnest($kpis::VARCHAR[]))
ORDER BY kpi, gender, year
