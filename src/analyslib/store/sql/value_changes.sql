-- One row: one series with numbers that deliveries later than $since and until $until (ISO dates)
-- have changed: how many got another value, how many were taken away, how many came where there
-- was none.
SELECT
    kpi,
    kpi IN (SELECT kpi FROM indicator) AS is_indicator,
    count(*) FILTER (old_value IS NOT NULL AND new_value IS NOT NULL) AS revised,
    count(*) FILTER (old_value IS NOT NULL AND new_value IS NULL) AS withdrawn,
    count(*) FILTER (old_value IS NULL) AS supplied,
    min(year) AS first_year,
    max(year) AS latest_year,
    max(new_vintage) AS new_vintage
FROM revision
WHERE new_vintage > $since AND new_vintage <= $until
GROUP BY kpi
ORDER BY kpi
