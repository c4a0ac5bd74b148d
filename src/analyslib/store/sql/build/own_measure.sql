-- One row: one measure, in the order of the file; all of them, as they may be published.
FROM own_measure ORDER BY rowid
