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
),
measured AS (
    SELECT
        *,
        coalesce(
            nullif(regexp_extract(bare, '\(((?:[^()=]*=\s?\d+[,;. ]*){2,})\)$', 1), ''),
            nullif(trim(regexp_extract(bare, ',\s*([^,()]*(\([^()]*\))?[^,()]*)$', 1)), ''),
            nullif(trim(regexp_extract(bare, '(andel \(%\)|\(%\))$', 1)), ''),
            ''
        ) AS unit
    FROM named
)
SELECT
    measured.kpi,
    measured.vintage,
    measured.vintage = max(measured.vintage) OVER (PARTITION BY kpi) AS newest,
    title,
    coalesce(description, '') AS description,
    unit,
    scale_of(unit) AS scale,
    coalesce(municipality_type, '') AS municipality_type,
    coalesce(auspice, '') AS auspice,
    coalesce(operating_area, '') AS operating_area,
    coalesce(perspective, '') AS perspective,
    TRY_CAST(is_divided_by_gender AS BOOLEAN) AS is_divided_by_gender,
    TRY_CAST(has_ou_data AS BOOLEAN) AS has_ou_data,
    TRY_CAST(publication_date AS DATE) AS publication_date,
    TRY_CAST(prel_publication_date AS DATE) AS prel_publication_date,
    TRY_CAST(regexp_extract(tidy, '\(-\s?((19|20)\d\d)\)\.?$', 1) AS INTEGER) AS stop_year,
    source <> 'oj' AND max(measured.vintage) OVER (PARTITION BY kpi) < complete.vintage
        AS ended,
    source
FROM measured
JOIN complete USING (source)
ORDER BY measured.kpi, measured.vintage
