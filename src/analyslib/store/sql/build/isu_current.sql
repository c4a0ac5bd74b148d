-- What analyses use: per municipality and service area only the newest delivery that holds it.
-- extract_area: one row = one service area of one extract; current is TRUE for the newest.

CREATE TABLE extract_area AS
WITH delivered AS (
    SELECT extract_id, municipality, service_area, count(*) AS episodes,
           count(DISTINCT person) AS persons
    FROM delivered_episode
    GROUP BY ALL
)
SELECT delivered.*, extract.extraction_date,
       row_number() OVER (
           PARTITION BY delivered.municipality, service_area
           ORDER BY extract.extraction_date DESC, extract_id DESC
       ) = 1 AS current
FROM delivered JOIN extract USING (extract_id);

CREATE VIEW episode AS
SELECT delivered_episode.*, extract_area.extraction_date
FROM delivered_episode
JOIN extract_area USING (extract_id, municipality, service_area)
WHERE current;

CREATE VIEW measurement AS
SELECT delivered_measurement.*, cases.municipality, cases.service_area
FROM delivered_measurement
JOIN (
    SELECT DISTINCT extract_id, person, episode_id, municipality, service_area FROM episode
) AS cases USING (extract_id, person, episode_id);
