-- One row: one indicator of the definitions in one municipality, gender T, over the years in
-- which any municipality has a value: how many years have a value, and each kind of nothing.
-- never_delivered: there is no row at all.
WITH published AS (
    SELECT kpi, year FROM benchmark WHERE gender = 'T' AND n > 0 AND kpi IN (FROM indicator SELECT kpi)
),
own AS (
    SELECT kpi, year, status FROM observation WHERE municipality = $municipality AND gender = 'T'
)
SELECT
    area,
    kpi,
    short,
    count(*) AS years,
    count(*) FILTER (status = '') AS with_value,
    count(*) FILTER (status = 'Missing') AS missing,
    count(*) FILTER (status = 'Not applicable') AS not_applicable,
    count(*) FILTER (status = 'Privacy') AS privacy,
    count(*) FILTER (status = 'Unknown') AS unknown,
    count(*) FILTER (status IS NULL) AS never_delivered
FROM published
JOIN indicator USING (kpi)
LEFT JOIN own USING (kpi, year)
GROUP BY area, kpi, short, position
ORDER BY position
