-- One row: one of the municipalities that are like one, in one service area, by the newest group
-- there is of that area. The municipality itself is never one of them.
WITH newest AS (
    SELECT group_id, vintage, title, group_year, service_area
    FROM municipality_group
    WHERE kind = 'similar' AND owner = $municipality
    QUALIFY row_number() OVER (
        PARTITION BY service_area ORDER BY vintage DESC, group_year DESC, group_id
    ) = 1
)
SELECT service_area, group_id, vintage, title, group_year, member, municipality_name
FROM newest
JOIN group_member USING (group_id, vintage)
JOIN municipality ON municipality = member
ORDER BY service_area, municipality_name COLLATE sv
