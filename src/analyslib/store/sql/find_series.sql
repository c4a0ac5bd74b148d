-- One row: one series whose id, title or description holds the text, best first. Those with
-- values come before those without.
WITH found AS (
    SELECT
        kpi.kpi,
        title,
        unit,
        ended,
        operating_area,
        min(year) AS first_year,
        max(year) AS latest_year,
        max(n) AS municipalities,
        CASE
            WHEN lower(kpi.kpi) = lower($text) THEN 0
            WHEN contains(lower(title), lower($text)) THEN 1
            ELSE 2
        END AS place
    FROM kpi
    LEFT JOIN benchmark ON benchmark.kpi = kpi.kpi AND benchmark.gender = 'T' AND n > 0
    WHERE newest AND contains(lower(concat_ws(' ', kpi.kpi, title, description)), lower($text))
    GROUP BY ALL
)
SELECT * FROM found
ORDER BY place, municipalities IS NULL, title COLLATE sv
LIMIT $limit
