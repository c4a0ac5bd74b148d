-- One row: one group of municipalities together (unweighted), one indicator of the definitions
-- and gender in one year; `spread` is the standard deviation among those with a value. A group
-- is asked for as (kind, area, member) in three lists of the same length; area "" holds for all
-- areas. The kind "unweighted_mean" is all municipalities and is always there.
WITH now AS (
    SELECT kpi, area, municipality, observation.gender, value
    FROM observation
    JOIN indicator USING (kpi)
    JOIN municipality USING (municipality)
    WHERE year = $year AND type = 'K'
),
asked AS (
    SELECT
        unnest($kinds::VARCHAR[]) AS kind,
        unnest($areas::VARCHAR[]) AS area,
        unnest($members::VARCHAR[]) AS member
),
grouped AS (
    SELECT kind, kpi, gender, value
    FROM asked
    JOIN now ON municipality = member AND (asked.area = '' OR asked.area = now.area)
    UNION ALL
    SELECT 'unweighted_mean', kpi, gender, value FROM now
)
SELECT
    kind,
    kpi,
    gender,
    avg(value) AS value,
    stddev_samp(value) AS spread,
    count(value) AS n_members
FROM grouped
GROUP BY kind, kpi, gender
ORDER BY kind, kpi, gender
