-- One row: one group in the newest vintage that a municipality belongs to, or that holds those
-- like it (role "owner"; it is not a member of that one).
SELECT
    group_id,
    vintage,
    title,
    kind,
    service_area,
    group_year,
    CASE WHEN owner = $municipality THEN 'owner' ELSE 'member' END AS role,
    count(member) AS members
FROM municipality_group
LEFT JOIN group_member USING (group_id, vintage)
WHERE newest
GROUP BY ALL
HAVING role = 'owner' OR bool_or(member = $municipality)
ORDER BY role DESC, kind, title COLLATE sv
