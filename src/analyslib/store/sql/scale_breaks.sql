-- One row: one series whose unit or coding changed under the same id between two vintages of the
-- metadata, and has numbers. Numbers delivered up to old_vintage are in the old unit, those from
-- new_vintage in the new; in between nobody knows (doubtful > 0). Where both sorts are there the
-- series is broken at first_new_year; where all are old (first_new_year NULL) the old unit holds.
WITH step AS (
    SELECT
        kpi,
        lag(vintage) OVER step AS old_vintage,
        vintage AS new_vintage,
        lag(unit) OVER step AS old_unit,
        unit AS new_unit,
        lag(scale) OVER step AS old_scale,
        scale AS new_scale
    FROM kpi
    WHERE source IN ('kolada', 'demo')
    WINDOW step AS (PARTITION BY kpi ORDER BY vintage)
)
SELECT
    kpi,
    kpi IN (SELECT kpi FROM indicator) AS is_indicator,
    old_unit,
    new_unit,
    old_vintage,
    new_vintage,
    max(year) FILTER (observation.vintage < new_vintage) AS last_old_year,
    min(year) FILTER (observation.vintage >= new_vintage) AS first_new_year,
    count(*) FILTER (observation.vintage > old_vintage AND observation.vintage < new_vintage)
        AS doubtful
FROM step
JOIN observation USING (kpi)
WHERE old_scale <> new_scale AND value IS NOT NULL
GROUP BY ALL
ORDER BY kpi, new_vintage
