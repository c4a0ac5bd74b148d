-- One row: one of the chosen series as its newest metadata describe it.
SELECT *
FROM kpi
WHERE newest AND kpi IN (SELECT unnest($kpis::VARCHAR[]))
ORDER BY kpi
