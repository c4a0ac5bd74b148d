-- One row: one rule that every number must keep, and how many break it.
SELECT what, count
FROM (
    -- In strict order no key can come twice. Order is what fast questions rest on, too.
    SELECT 'samma nyckel flera gånger, eller fel ordning' AS what,
        (SELECT count(*) FROM (
            SELECT
                lag(kpi) OVER () IS NULL
                OR (kpi, municipality, year, gender) > (
                    lag(kpi) OVER (), lag(municipality) OVER (), lag(year) OVER (),
                    lag(gender) OVER ()
                ) AS in_order
            FROM observation
        ) WHERE NOT in_order) AS count
    UNION ALL
    SELECT 'nycklar som har försvunnit på vägen',
        (SELECT count(*) FROM winner) - (SELECT count(*) FROM observation)
        - (SELECT count(*) FROM winner WHERE status = 5)
    UNION ALL
    SELECT 'olika värden för samma nyckel i en och samma fil',
        (SELECT count(*) FROM ordered
        WHERE key = key_before AND file_no = newer_file_no
            AND (value IS DISTINCT FROM newer_value OR status <> newer_status))
    UNION ALL
    SELECT 'varken värde eller skäl till att det saknas',
        (SELECT count(*) FROM observation WHERE (value IS NULL) <> (status <> ''))
    UNION ALL
    SELECT 'n är noll eller negativt',
        (SELECT count(*) FROM n_value WHERE n < 0)
)
WHERE count <> 0
