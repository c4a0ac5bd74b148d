-- One row: one series and one thing that changed from the metadata of vintage $old to $new.
-- change: added, removed, ended (the title now says which year was the last), renamed, respaced
-- (the title differs in white space only), rescaled (unit or coding), redescribed, redivided
-- (by gender). `is_indicator`: the definitions use the series.
WITH before AS (SELECT * FROM kpi WHERE vintage = $old AND source IN ('kolada', 'demo')),
after AS (SELECT * FROM kpi WHERE vintage = $new AND source IN ('kolada', 'demo')),
pair AS (
    SELECT
        kpi,
        before.title AS old_title,
        after.title AS new_title,
        trim(regexp_replace(before.title, '\s+', ' ', 'g')) AS old_name,
        trim(regexp_replace(after.title, '\s+', ' ', 'g')) AS new_name,
        before,
        after
    FROM before
    JOIN after USING (kpi)
),
change AS (
    SELECT kpi, 'added' AS change, '' AS old, title AS new FROM after ANTI JOIN before USING (kpi)
    UNION ALL
    SELECT kpi, 'removed', title, '' FROM before ANTI JOIN after USING (kpi)
    UNION ALL
    SELECT kpi, 'ended', old_title, new_title
    FROM pair
    WHERE before.stop_year IS DISTINCT FROM after.stop_year AND after.stop_year IS NOT NULL
    UNION ALL
    SELECT kpi, 'renamed', old_title, new_title FROM pair WHERE old_name <> new_name
    UNION ALL
    SELECT kpi, 'respaced', old_title, new_title
    FROM pair
    WHERE old_title <> new_title AND old_name = new_name
    UNION ALL
    SELECT kpi, 'rescaled', before.unit, after.unit FROM pair WHERE before.scale <> after.scale
    UNION ALL
    SELECT kpi, 'redescribed', before.description, after.description
    FROM pair
    WHERE before.description <> after.description
    UNION ALL
    SELECT
        kpi,
        'redivided',
        CASE WHEN before.is_divided_by_gender THEN 'delas upp på kön' ELSE 'delas inte upp' END,
        CASE WHEN after.is_divided_by_gender THEN 'delas upp på kön' ELSE 'delas inte upp' END
    FROM pair
    WHERE before.is_divided_by_gender <> after.is_divided_by_gender
)
SELECT kpi, change, old, new, kpi IN (SELECT kpi FROM indicator) AS is_indicator
FROM change
ORDER BY change, kpi
