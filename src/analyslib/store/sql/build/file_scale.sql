-- One row: one series in one file of values, and the unit it had when the file was made: by the
-- newest metadata that were there by then, or else the oldest there are. Only series whose unit
-- or coding has changed, and those of the definitions.
CREATE TEMP TABLE file_scale AS
WITH watched AS (
    SELECT kpi FROM indicator
    UNION
    SELECT kpi FROM kpi GROUP BY kpi HAVING count(DISTINCT scale) > 1
)
SELECT kpi, kpi_no, file_no, unit, scale
FROM watched
JOIN kpi USING (kpi)
JOIN kpi_number USING (kpi)
CROSS JOIN file_number AS file
QUALIFY row_number() OVER (
    PARTITION BY kpi, file_no
    ORDER BY
        CASE WHEN kpi.vintage <= file.vintage THEN kpi.vintage END DESC NULLS LAST,
        kpi.vintage
) = 1;

-- One row: one indicator in one file that has it in another unit or coding than the definitions
-- say. Such numbers are turned away: under the wrong unit they would be a jump, or a lie.
CREATE TEMP TABLE misfit AS
SELECT kpi, file_no, file_scale.unit AS other_unit
FROM file_scale
JOIN indicator USING (kpi)
WHERE file_scale.scale <> scale_of(indicator.unit);
