-- One row: one series in one vintage of the metadata. A series that stands in no complete
-- vintage later than its own is marked as ended. A vintage counts as complete when it holds
-- at least half as many series as the largest of the same source: a page of ten series that
-- someone took in must not end all the others. Where each file is a catalogue of its own
-- (oj), nothing ends because another file came.
INSERT INTO kpi
WITH once AS (
    SELECT * FROM raw_kpi
    QUALIFY row_number() OVER (PARTITION BY source, vintage, kpi ORDER BY file_no) = 1
),
size AS (
    SELECT source, vintage, count(*) AS series FROM once GROUP BY ALL
),
complete AS (
    SELECT source, max(vintage) AS vintage
    FROM size
    JOIN (SELECT source, max(series) AS largest FROM size GROUP BY source) USING (source)
    WHERE series * 2 >= largest
    GROUP BY source
),
named AS (
    SELECT
        *,
        regexp_replace(trim(title), '\s+', ' ', 'g') AS tidy,
        regexp_replace(tidy, '(\s*\(-\s?(19|20)\d\d\))?\.?$', '') AS bare
    FROM once
)
SELECT
    named.kpi,
    named.vintage,
    named.vintage = max(named.vintage) OVER (PARTITION BY named.kpi) AS newest,
    named.title,
    coalesce(description, '') AS description,
    coalesce(
        nullif(regexp_extract(bare, '\(((?:[^()=]*=\s?\d+[,;. ]*){2,})\)$', 1), ''),
        nullif(trim(regexp_extract(bare, ',\s*([^,()]*(\([^()]*\))?[^,()]*)$', 1)), ''),
        nullif(trim(regexp_extract(bare, '(andel \(%\)|\(%\))$', 1)), ''),
        ''
    ) AS unit,
    coalesce(municipality_type, '') AS municipality_type,
    coalesce(auspice, '') AS auspice,
    coalesce(operating_area, '') AS operating_area,
    coalesce(perspective, '') AS perspective,
    TRY_CAST(is_divided_by_gender AS BOOLEAN) AS is_divided_by_gender,
    TRY_CAST(has_ou_data AS BOOLEAN) AS has_ou_data,
    TRY_CAST(publication_date AS DATE) AS publication_date,
    TRY_CAST(prel_publication_date AS DATE) AS prel_publication_date,
    TRY_CAST(regexp_extract(tidy, '\(-\s?((19|20)\d\d)\)\.?$', 1) AS INTEGER) AS stop_year,
    source <> 'oj' AND max(named.vintage) OVER (PARTITION BY named.kpi) < complete.vintage
        AS ended,
    named.source
FROM named
JOIN complete USING (source)
ORDER BY named.kpi, named.vintage
