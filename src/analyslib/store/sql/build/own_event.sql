-- One row: one thing that happened; all of them, as they may be published.
FROM own_event ORDER BY rowid
