-- One row: one municipality that has delivered an extract of individual follow-up.
SELECT DISTINCT municipality FROM isu_delivery ORDER BY municipality
