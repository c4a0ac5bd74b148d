-- One row: one of the municipalities that are like one, in one service area ("IFO", "LSS", ...), by
-- the group of the year asked for, or else of the nearest year there is; of two equally near the
-- older, which could be known then. The municipality itself is never one of them.
WITH nearest AS (
    SELECT group_id, vintage, title, group_year, service_area
    FROM municipality_group
    WHERE kind = 'similar' AND owner = $municipality
    QUALIFY row_number() OVER (
        PARTITION BY service_area
        ORDER BY abs(group_year - $year), group_year, vintage DESC, group_id
    ) = 1
)
SELECT service_area, group_id, vintage, title, group_year, member, municipality_name
FROM nearest
JOIN group_member USING (group_id, vintage)
JOIN municipality ON municipality = member
WHERE member <> $municipality
ORDER BY service_area, municipality_name COLLATE sv
