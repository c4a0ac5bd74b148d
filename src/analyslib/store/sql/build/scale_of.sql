-- What one step of a number means: two spellings of a unit are one scale, and a coding is a scale
-- of its own. NULL where it is not known; the unknown is never held against anything.
CREATE OR REPLACE TEMP MACRO scale_of(unit) AS CASE
    WHEN regexp_matches(unit, '=\s?\d')
        THEN lower(replace(regexp_extract(unit, '([^()]*=[^()]*)', 1), ' ', ''))
    WHEN regexp_matches(lower(unit), '%|procent') THEN '%'
    WHEN regexp_matches(unit, '(/|per )\s?1[0 ]*0(\D|$)')
        THEN 'per ' || replace(regexp_extract(unit, '(?:/|per )\s?(1[0 ]*0)', 1), ' ', '')
    WHEN regexp_matches(lower(unit), '^(kr|kronor)\b') THEN 'kr'
    WHEN regexp_matches(lower(unit), '^(tkr|tusen)') THEN 'tkr'
    WHEN regexp_matches(lower(unit), '^(mkr|mnkr|miljoner)') THEN 'mkr'
    WHEN lower(unit) LIKE 'index%' THEN 'index'
    WHEN lower(unit) LIKE 'antal%' THEN 'antal'
END
