-- One row: one protected statistic about persons of a municipality, or of its county as a whole.
SELECT *
FROM individual_statistic
WHERE layout LIKE '%-' || $county AND municipality IN ($municipality, 'alla')
ORDER BY ALL
