-- One row: one municipality that joined or left one group from vintage $old of the groups to
-- $new, or one group that came or went (member NULL). A group keeps its id while its members
-- and the year in its title change. $owner: only the groups made for one municipality (NULL: all).
WITH before AS (SELECT * FROM municipality_group WHERE vintage = $old),
after AS (SELECT * FROM municipality_group WHERE vintage = $new),
old_member AS (SELECT group_id, member FROM group_member WHERE vintage = $old),
new_member AS (SELECT group_id, member FROM group_member WHERE vintage = $new),
change AS (
    SELECT group_id, NULL AS member, 'added' AS change FROM after ANTI JOIN before USING (group_id)
    UNION ALL
    SELECT group_id, NULL, 'removed' FROM before ANTI JOIN after USING (group_id)
    UNION ALL
    SELECT group_id, member, 'joined'
    FROM new_member
    ANTI JOIN old_member USING (group_id, member)
    SEMI JOIN before USING (group_id)
    UNION ALL
    SELECT group_id, member, 'left'
    FROM old_member
    ANTI JOIN new_member USING (group_id, member)
    SEMI JOIN after USING (group_id)
)
SELECT
    group_id,
    coalesce(after.title, before.title) AS title,
    coalesce(after.kind, before.kind) AS kind,
    coalesce(after.service_area, before.service_area) AS service_area,
    coalesce(after.owner, before.owner) AS owner,
    before.group_year AS old_year,
    after.group_year AS new_year,
    change,
    member,
    municipality_name
FROM change
LEFT JOIN before USING (group_id)
LEFT JOIN after USING (group_id)
LEFT JOIN municipality ON municipality = member
WHERE $owner::VARCHAR IS NULL OR coalesce(after.owner, before.owner) = $owner
ORDER BY group_id, change, municipality_name COLLATE sv
