-- One row: one protected number about persons of a municipality, or of its county as a whole.
SELECT *
FROM individual_count
WHERE layout LIKE '%-' || $county AND municipality IN ($municipality, 'alla')
ORDER BY ALL
