-- One row: one number of one unit in one file, why it cannot be taken in (NULL where it can), and
-- its place among those with the same key: 1 is the newest.
CREATE TEMP TABLE unit_stage AS
SELECT
    *,
    row_number() OVER (
        PARTITION BY kpi, unit, year, gender, reason IS NULL ORDER BY file_no, row
    ) AS place
FROM (
    SELECT
        raw_oudata.*,
        CASE
            WHEN known.unit IS NULL THEN 'enheten finns inte i någon lista över enheter'
            ELSE reason_of(
                kpi_no, 0, '', year, gender, value, value_text, status, last_year, NULL
            )
        END AS reason
    FROM raw_oudata
    LEFT JOIN unit AS known USING (unit)
    LEFT JOIN kpi_number USING (kpi)
)
