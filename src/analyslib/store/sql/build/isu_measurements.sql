-- One row: one measured value of a case, from the newest delivery of its service area.
SELECT extract_id, municipality, service_area, person, episode_id, date, phase, measure, subscale,
       value
FROM measurement
ORDER BY ALL
