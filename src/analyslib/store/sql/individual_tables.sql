-- One row: one table about the individual follow-up that the database holds.
SELECT table_name
FROM duckdb_tables()
WHERE database_name = current_database()
  AND (starts_with(table_name, 'individual_') OR starts_with(table_name, 'isu_'))
ORDER BY table_name
