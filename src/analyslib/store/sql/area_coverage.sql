-- One row: one area: how many of its indicators some municipality, and this one, has a value
-- for in one year. An area without any is there with zeros.
SELECT
    area,
    area_title,
    count(*) AS indicators,
    count(*) FILTER (benchmark.n > 0) AS with_values,
    count(own.value) AS own_values
FROM indicator
LEFT JOIN benchmark
    ON benchmark.kpi = indicator.kpi AND benchmark.year = $year AND benchmark.gender = 'T'
LEFT JOIN observation AS own
    ON own.kpi = indicator.kpi
    AND own.year = $year
    AND own.gender = 'T'
    AND own.municipality = $municipality
GROUP BY area, area_title
ORDER BY min(position)
