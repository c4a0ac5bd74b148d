-- One row: one group of municipalities in one vintage. What it is stands in its title only:
-- "Liknande kommuner IFO, Nordmaling, 2024", read from the right.
INSERT INTO municipality_group
WITH titled AS (
    SELECT vintage, group_id, arg_min(title, file_no) AS title
    FROM raw_group
    GROUP BY vintage, group_id
),
size AS (
    SELECT vintage, count(*) AS groups FROM titled GROUP BY vintage
),
complete AS (
    SELECT max(vintage) AS vintage
    FROM size
    WHERE groups * 2 >= (SELECT max(groups) FROM size)
),
parsed AS (
    SELECT
        *,
        regexp_replace(trim(title), '\s*\(ovägt medel\)$', '') AS name,
        regexp_extract(
            trim(title),
            '^Liknande (kommuner|regioner),?\s*(.*), ([^,]+), (\d{4})$',
            ['body', 'area', 'place', 'year']
        ) AS alike
    FROM titled
)
SELECT
    group_id,
    parsed.vintage,
    parsed.vintage = complete.vintage AS newest,
    title,
    CASE
        WHEN alike.body <> '' THEN 'similar'
        WHEN name LIKE '% läns kommuner' THEN 'county'
        WHEN name IN (SELECT skr_group_name FROM municipality) THEN 'skr_group'
        WHEN name LIKE 'Kommuner med % invånare' THEN 'size'
        ELSE 'other'
    END AS kind,
    alike.area AS service_area,
    coalesce(place.municipality, '') AS owner,
    TRY_CAST(alike.year AS INTEGER) AS group_year
FROM parsed
CROSS JOIN complete
LEFT JOIN municipality AS place
    ON place.municipality_name = alike.place
ORDER BY group_id, parsed.vintage
