-- One row: one series that had more numbers in the last build than it has now.
SELECT kpi, old.rows AS rows_before, coalesce(new.rows, 0) + coalesce(gone.rows, 0) AS rows_now
FROM (SELECT kpi, count(*) AS rows FROM old.observation GROUP BY kpi) AS old
LEFT JOIN (SELECT kpi, count(*) AS rows FROM observation GROUP BY kpi) AS new USING (kpi)
LEFT JOIN (
    SELECT kpi_in(key) AS kpi, count(*) AS rows FROM winner WHERE status = 5 GROUP BY key >> 21, 1
) AS gone USING (kpi)
WHERE rows_now < rows_before
ORDER BY kpi
