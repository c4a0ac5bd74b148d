-- One row: one part of a delivery that counts; all of them, as they may be published.
FROM own_delivery ORDER BY rowid
