-- One row: one measured value of a case, as it was delivered in one of these extracts ($extracts).
SELECT extract_id, municipality, service_area, person, episode_id, date, phase, measure, subscale,
       value
FROM delivered_measurement JOIN (
    SELECT DISTINCT extract_id, person, episode_id, municipality, service_area
    FROM delivered_episode
) AS cases USING (extract_id, person, episode_id)
WHERE list_contains($extracts, extract_id)
ORDER BY ALL
