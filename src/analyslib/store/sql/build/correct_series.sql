-- Changes one field of one series in every vintage where it is wrong, and only there.
UPDATE kpi
SET
    title = CASE WHEN $field = 'title' AND title = $wrong THEN $right ELSE title END,
    description = CASE
        WHEN $field = 'description' AND description = $wrong THEN $right ELSE description
    END,
    operating_area = CASE
        WHEN $field = 'operating_area' AND operating_area = $wrong THEN $right
        ELSE operating_area
    END,
    perspective = CASE
        WHEN $field = 'perspective' AND perspective = $wrong THEN $right ELSE perspective
    END
WHERE kpi = $kpi
