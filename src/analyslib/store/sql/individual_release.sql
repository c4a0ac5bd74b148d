-- One row: one fact about the release of the individual follow-up.
SELECT key, value
FROM individual_release
ORDER BY key
