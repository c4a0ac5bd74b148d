-- One row: one delivered number beside the one before it, in key order, newest file first. The
-- table was written sorted and is read in that order, so lag() needs no sorting of its own.
CREATE TEMP VIEW ordered AS
SELECT
    sort_key >> 20 AS key,
    sort_key & 1048575 AS file_no,
    value,
    status,
    lag(sort_key >> 20) OVER () AS key_before,
    lag(sort_key & 1048575) OVER () AS newer_file_no,
    lag(value) OVER () AS newer_value,
    lag(status) OVER () AS newer_status
FROM stage
WHERE sort_key >= 0;

-- One row: one key, as the newest file that has it says.
CREATE TEMP VIEW winner AS
SELECT key, file_no, value, status FROM ordered WHERE key IS DISTINCT FROM key_before;
