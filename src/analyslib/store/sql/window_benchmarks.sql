-- One row: all municipalities together, one indicator of the definitions and year in a window of
-- years, both sexes together. Riket is weighted; mean and quartiles are unweighted.
SELECT kpi, year, riket, mean, q1, q3, low, high, n
FROM benchmark
SEMI JOIN indicator USING (kpi)
WHERE gender = 'T' AND n > 0 AND year BETWEEN $first AND $last
ORDER BY kpi, year
