-- Changes the number of one key in every file where it is wrong, and only there. Nothing instead
-- of a number is a number without a stated reason for being missing.
UPDATE stage
SET
    value = $right::DOUBLE,
    status = status_code($right::DOUBLE, NULL, false)
WHERE
    sort_key >> 20 = (
        SELECT key_of(kpi_no, municipality_no, $year, $gender)
        FROM kpi_number
        CROSS JOIN municipality_number
        WHERE kpi = $kpi AND municipality = $municipality
    )
    AND abs(value - $wrong) < 1e-6
