-- One row: whether the database holds a table of this name.
SELECT count(*) > 0 AS is_there
FROM duckdb_tables()
WHERE table_name = $table AND database_name = current_database()
