-- One row: one municipality that has delivered an extract, and roughly how much it covers.
SELECT municipality, extraction_date, period_start, period_end, coverage
FROM isu_delivery
ORDER BY municipality
