-- One row: one protected number about persons of a county, whichever the municipality.
SELECT *
FROM individual_count
WHERE layout LIKE '%-' || $county
ORDER BY ALL
