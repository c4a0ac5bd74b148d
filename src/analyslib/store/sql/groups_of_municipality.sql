-- One row: one group in the newest vintage that a municipality belongs to, or that holds those
-- like it (role "owner"; it is not a member of that one).
WITH peopled AS (
    SELECT
        group_id,
        vintage,
        title,
        kind,
        service_area,
        group_year,
        CASE WHEN owner = $municipality THEN 'owner' ELSE 'member' END AS role,
        count(member) AS members,
        coalesce(bool_or(member = $municipality), false) AS is_member
    FROM municipality_group
    LEFT JOIN group_member USING (group_id, vintage)
    WHERE newest
    GROUP BY ALL
)
SELECT group_id, vintage, title, kind, service_area, group_year, role, members
FROM peopled
WHERE role = 'owner' OR is_member
ORDER BY role DESC, kind, title COLLATE sv
