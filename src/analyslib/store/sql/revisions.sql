-- One row: one number of an indicator of the definitions, in one municipality (or Riket), that
-- differs between two deliveries of which the newer is later than $since (ISO date).
SELECT *
FROM revision
WHERE
    municipality IN ($municipality, '0000')
    AND new_vintage > $since
    AND kpi IN (SELECT kpi FROM indicator)
ORDER BY kpi, municipality, year, gender, new_vintage
