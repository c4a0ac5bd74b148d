-- One row: one insats of a case, as it was delivered in one of these extracts ($extracts).
SELECT extract_id, municipality, service_area, person, episode_id, sex, age_group, opened, started,
       ended, reason, insats, end_reason, goal, satisfaction, readmitted, extraction_date
FROM delivered_episode JOIN extract_area USING (extract_id, municipality, service_area)
WHERE list_contains($extracts, extract_id)
ORDER BY ALL
