-- One row: one municipality that has delivered an extract, and roughly how much it covers.
-- newer: the day of a later extract that is not told of yet (missing in older databases).
SELECT *
FROM isu_delivery
ORDER BY municipality
