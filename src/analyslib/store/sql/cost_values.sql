-- One row: one known number of the chosen series, both sexes together: in a municipality and Riket
-- over a window of years, and in the municipalities it is compared with in the last of them.
SELECT kpi, municipality, year, value
FROM observation
WHERE
    gender = 'T'
    AND value IS NOT NULL
    AND kpi IN (SELECT unnest($kpis::VARCHAR[]))
    AND (
        (municipality IN ($municipality, '0000') AND year BETWEEN $first AND $last)
        OR (year = $last AND municipality IN (SELECT unnest($members::VARCHAR[])))
    )
