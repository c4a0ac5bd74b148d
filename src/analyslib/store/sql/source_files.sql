-- One row: one file in the archive and what became of its rows.
SELECT * FROM source_file ORDER BY source, dataset, vintage, path
