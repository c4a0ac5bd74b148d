-- One row: one indicator of the definitions and the latest year in which at least $at_least
-- municipalities have a value (NULL where there is none), and whether the source has ended it.
SELECT
    indicator.kpi,
    max(year) FILTER (n >= $at_least) AS latest_year,
    max(year) FILTER (n > 0) AS latest_any,
    min(year) FILTER (n > 0) AS first_year,
    coalesce(bool_or(kpi.ended), false) AS ended,
    max(kpi.stop_year) AS stop_year
FROM indicator
LEFT JOIN benchmark ON benchmark.kpi = indicator.kpi AND benchmark.gender = 'T'
LEFT JOIN kpi ON kpi.kpi = indicator.kpi AND kpi.newest
GROUP BY indicator.kpi, indicator.position
ORDER BY indicator.position
