-- One row: one published ledger of a county's follow-up, as JSON. Its title ends in the county.
SELECT title, sha256, content
FROM individual_ledger
WHERE split_part(title, '-', 2) = $county
ORDER BY ALL
