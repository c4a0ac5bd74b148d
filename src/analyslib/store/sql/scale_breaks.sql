-- One row: one time that the unit or coding of $kpi changed under the same id, between two
-- vintages of the metadata, where it has numbers. Numbers delivered before new_vintage are in the
-- old unit. Where both sorts are there the series is broken at first_new_year; where all are old
-- (first_new_year NULL) the old unit, and the old title, still hold.
WITH step AS (
    SELECT
        kpi,
        vintage AS new_vintage,
        lag(title) OVER step AS old_title,
        lag(unit) OVER step AS old_unit,
        unit AS new_unit,
        lag(scale) OVER step AS old_scale,
        scale AS new_scale
    FROM kpi
    WHERE kpi = $kpi AND source IN ('kolada', 'demo')
    WINDOW step AS (PARTITION BY kpi ORDER BY vintage)
)
SELECT
    kpi,
    old_title,
    old_unit,
    new_unit,
    new_vintage,
    max(year) FILTER (observation.vintage < new_vintage) AS last_old_year,
    min(year) FILTER (observation.vintage >= new_vintage) AS first_new_year
FROM step
JOIN observation USING (kpi)
WHERE old_scale <> new_scale AND value IS NOT NULL
GROUP BY ALL
ORDER BY new_vintage
