-- One row: one file of values, and how many of its rows a newer file also has: equal, or not.
SELECT file_no, count(*) AS superseded FROM ordered WHERE key = key_before GROUP BY file_no
