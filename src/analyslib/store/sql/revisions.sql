-- One row: one number of the chosen series, in one of the chosen municipalities, that differs
-- between two deliveries of which the newer is later than $since (ISO date).
SELECT *
FROM revision
WHERE
    kpi IN (SELECT unnest($kpis::VARCHAR[]))
    AND municipality IN (SELECT unnest($municipalities::VARCHAR[]))
    AND new_vintage > $since
ORDER BY kpi, municipality, year, gender, new_vintage
