-- One row: one area in one year: how many of its indicators have a value in any municipality.
SELECT
    area,
    area_title,
    year,
    count(DISTINCT kpi) FILTER (n > 0) AS with_values,
    (SELECT count(*) FROM indicator AS i WHERE i.area = indicator.area) AS indicators
FROM indicator
JOIN benchmark USING (kpi)
WHERE benchmark.gender = 'T'
GROUP BY area, area_title, year
ORDER BY min(position), year
