-- One row: one project; all of them, as they may be published.
FROM own_project ORDER BY rowid
