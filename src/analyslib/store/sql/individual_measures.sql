-- One row: one protected statistic about persons of a county, whichever the municipality.
SELECT *
FROM individual_statistic
WHERE layout LIKE '%-' || $county
ORDER BY ALL
