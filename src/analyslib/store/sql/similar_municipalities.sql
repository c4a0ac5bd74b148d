-- One row: one of the municipalities that are like one in a service area ("IFO", "LSS", ...), by
-- the newest group there is. The municipality itself is never one of them.
WITH newest AS (
    SELECT group_id, vintage, title, group_year
    FROM municipality_group
    WHERE kind = 'similar' AND owner = $municipality AND service_area = $service_area
    QUALIFY row_number() OVER (ORDER BY vintage DESC, group_year DESC, group_id) = 1
)
SELECT group_id, vintage, title, group_year, member, municipality_name
FROM newest
JOIN group_member USING (group_id, vintage)
JOIN municipality ON municipality = member
ORDER BY municipality_name COLLATE sv
