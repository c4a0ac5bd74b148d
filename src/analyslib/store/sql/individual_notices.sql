-- One row: one thing that the release has to say to the one who builds.
SELECT *
FROM individual_notice
ORDER BY ALL
