-- One row: one indicator of the definitions, in their order, with what the source says of it.
SELECT
    indicator.*,
    coalesce(kpi.title, '') AS source_title,
    coalesce(kpi.unit, '') AS source_unit,
    coalesce(kpi.description, '') AS description,
    coalesce(kpi.vintage, '') AS vintage,
    coalesce(kpi.ended, false) AS ended,
    kpi.stop_year,
    kpi.publication_date,
    kpi.prel_publication_date
FROM indicator
LEFT JOIN kpi ON kpi.kpi = indicator.kpi AND kpi.newest
ORDER BY position
