-- One row: one unit in one file, or one number of one unit in one file; newest file first.
CREATE TEMP TABLE raw_ou (
    file_no INTEGER, source VARCHAR, vintage VARCHAR, last_year INTEGER, path VARCHAR, row BIGINT,
    unit VARCHAR, unit_name VARCHAR, municipality VARCHAR
);

CREATE TEMP TABLE raw_oudata (
    file_no INTEGER, source VARCHAR, vintage VARCHAR, last_year INTEGER, path VARCHAR, row BIGINT,
    kpi VARCHAR, unit VARCHAR, year INTEGER, gender VARCHAR, value DOUBLE, value_text VARCHAR,
    status VARCHAR, deleted BOOLEAN
);

-- One row: one unit in one file, and why it cannot be taken in (NULL where it can).
CREATE TEMP VIEW listed_unit AS
SELECT
    raw_ou.*,
    CASE
        WHEN coalesce(unit, '') = '' THEN 'enheten saknar id'
        WHEN known.municipality IS NULL THEN 'enhetens kommun finns inte'
    END AS reason
FROM raw_ou
LEFT JOIN municipality AS known ON known.municipality = raw_ou.municipality;
