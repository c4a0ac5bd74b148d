-- One row: one rule that every number must keep, and how many break it.
SELECT what, count
FROM (
    SELECT 'samma nyckel flera gånger' AS what,
        (SELECT count(*) FROM observation)
        + (SELECT count(*) FROM winner WHERE status = 5)
        - (SELECT count(DISTINCT sort_key >> 20) FROM stage WHERE sort_key >= 0) AS count
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
