-- One row: one indicator in percent with municipalities outside 0 to 100.
SELECT kpi, count(*) AS count
FROM observation
JOIN indicator USING (kpi)
WHERE kind IN ('survey_share', 'register_share') AND NOT value BETWEEN 0 AND 100
GROUP BY kpi
ORDER BY kpi
