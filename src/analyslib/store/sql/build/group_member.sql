-- One row: one member of one group in one vintage.
INSERT INTO group_member
SELECT DISTINCT group_id, member, vintage
FROM raw_group
WHERE member IS NOT NULL
ORDER BY group_id, vintage, member
