-- One row: the number in force for one key.
SELECT value
FROM winner
WHERE key = (
    SELECT key_of(kpi_no, municipality_no, $year, $gender)
    FROM kpi_number
    CROSS JOIN municipality_number
    WHERE kpi = $kpi AND municipality = $municipality
)
