-- One row: one file that numbers of the chosen series come from.
SELECT DISTINCT
    file.source,
    publisher,
    file.title,
    address,
    licence,
    retrieved,
    file.vintage,
    path,
    sha256
FROM (
    SELECT DISTINCT source, vintage
    FROM observation
    WHERE kpi IN (SELECT unnest($kpis::VARCHAR[]))
) AS used
JOIN source_file AS file USING (source, vintage)
WHERE file.dataset = 'values'
ORDER BY file.vintage DESC, path
