-- One row: one insats of a case, from the newest delivery of its service area.
SELECT extract_id, municipality, service_area, person, episode_id, sex, age_group, opened, started,
       ended, reason, insats, end_reason, goal, satisfaction, readmitted, extraction_date
FROM episode
ORDER BY ALL
