-- One row: one reason why rows were turned away, and how many.
SELECT reason, count(*) AS rows FROM rejected GROUP BY reason ORDER BY rows DESC, reason
