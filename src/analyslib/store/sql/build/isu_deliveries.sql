-- One row: one municipality that has delivered; of its newest extract, what may be told of it.
-- n_in_service: persons in the service as the municipality states, NULL where it does not.
-- $waiting: extracts that are not told of yet; the day of the newest of them is newer.
WITH told AS (
    SELECT * FROM extract WHERE NOT list_contains($waiting, extract_id)
    QUALIFY row_number() OVER (
        PARTITION BY municipality ORDER BY extraction_date DESC, extract_id DESC) = 1
),
later AS (
    SELECT municipality, max(extraction_date) AS newer
    FROM extract WHERE list_contains($waiting, extract_id)
    GROUP BY ALL
)
SELECT municipality, extraction_date, period_start, period_end, denominator AS n_in_service,
       newer, count(DISTINCT person) AS n_persons
FROM told
JOIN delivered_episode USING (extract_id, municipality)
LEFT JOIN later USING (municipality)
GROUP BY ALL
ORDER BY municipality
