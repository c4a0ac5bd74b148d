-- One row: one vintage of the series (dataset kpi) or of the groups of municipalities.
SELECT 'kpi' AS dataset, source, vintage, count(*) AS entries
FROM kpi
GROUP BY source, vintage
UNION ALL
SELECT 'groups', 'kolada', vintage, count(*)
FROM municipality_group
GROUP BY vintage
ORDER BY dataset, source, vintage
