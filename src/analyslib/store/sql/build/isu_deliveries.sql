-- One row: one municipality that has delivered; of its newest extract, what may be told of it.
-- n_in_service: persons in the service as the municipality states, NULL where it does not.
SELECT municipality, extraction_date, period_start, period_end, denominator AS n_in_service,
       count(DISTINCT person) AS n_persons
FROM (SELECT * FROM extract
      QUALIFY row_number() OVER (
          PARTITION BY municipality ORDER BY extraction_date DESC, extract_id DESC) = 1)
JOIN delivered_episode USING (extract_id, municipality)
GROUP BY ALL
ORDER BY municipality
