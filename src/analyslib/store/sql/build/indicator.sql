-- One row: one indicator of the definitions, in their order.
INSERT INTO indicator BY NAME
SELECT *, row_number() OVER () AS position FROM defined_indicator
