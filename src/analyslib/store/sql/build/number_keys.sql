-- Numbers every series and every place, so that a key (kpi, municipality, year, gender) is one
-- whole number in the same order: sorting ten million numbers takes a second, sorting four
-- columns of text takes five.
CREATE TEMP TABLE kpi_number AS
SELECT kpi, row_number() OVER (ORDER BY kpi) AS kpi_no FROM (SELECT DISTINCT kpi FROM kpi);

CREATE TEMP TABLE municipality_number AS
SELECT municipality, row_number() OVER (ORDER BY municipality) AS municipality_no
FROM municipality;

SET VARIABLE kpis = (SELECT list(kpi ORDER BY kpi_no) FROM kpi_number);
SET VARIABLE municipalities = (
    SELECT list(municipality ORDER BY municipality_no) FROM municipality_number
);
SET VARIABLE sources = (SELECT list(source ORDER BY file_no) FROM file_number);
SET VARIABLE vintages = (SELECT list(vintage ORDER BY file_no) FROM file_number);

-- How a key is put together and taken apart. Bits, from the right: 20 for the file (newest
-- first), 2 for gender, 8 for year, 11 for municipality, the rest for the series.
CREATE TEMP MACRO key_of(kpi_no, municipality_no, year, gender) AS (
    (kpi_no << 21)
    | (municipality_no << 10)
    | (CASE WHEN year BETWEEN 1900 AND 2155 THEN year - 1900 END << 2)
    | CASE gender WHEN 'K' THEN 0 WHEN 'M' THEN 1 WHEN 'T' THEN 2 END
);
CREATE TEMP MACRO kpi_in(key) AS getvariable('kpis')[key >> 21];
CREATE TEMP MACRO municipality_in(key) AS getvariable('municipalities')[(key >> 10) & 2047];
CREATE TEMP MACRO year_in(key) AS (1900 + ((key >> 2) & 255))::INTEGER;
CREATE TEMP MACRO gender_in(key) AS ['K', 'M', 'T'][(key & 3) + 1];
CREATE TEMP MACRO status_in(code) AS
    ['', 'Missing', 'Not applicable', 'Privacy', 'Unknown', 'Deleted'][code + 1];
CREATE TEMP MACRO status_code(value, status, deleted) AS (
    CASE
        WHEN deleted THEN 5
        WHEN value IS NOT NULL THEN 0
        WHEN status = 'Missing' THEN 1
        WHEN status = 'Not applicable' THEN 2
        WHEN status = 'Privacy' THEN 3
        ELSE 4
    END
)::UTINYINT;

CREATE TEMP MACRO unknown_series() AS 'nyckeltalet finns inte i någon årgång av metadata';

-- Why a row cannot be taken in; NULL where it can. The one rule for loading and for reporting.
CREATE TEMP MACRO reason_of(
    kpi_no, municipality_no, municipality, year, gender, value, value_text, status, last_year,
    other_unit
) AS CASE
    WHEN municipality_no IS NULL AND municipality[1] = 'G'
        THEN 'värde för en grupp (räknas fram här)'
    WHEN kpi_no IS NULL THEN unknown_series()
    WHEN municipality_no IS NULL THEN 'ingen kommun, region eller Riket har koden'
    WHEN year IS NULL OR year < 1900 THEN 'året är inget årtal'
    WHEN year > last_year THEN 'året har inte varit när filen hämtades'
    WHEN gender IS NULL OR gender NOT IN ('T', 'K', 'M') THEN 'könet är inte T, K eller M'
    WHEN value IS NULL AND value_text <> '' THEN 'värdet är inget tal'
    WHEN value IS NOT NULL AND status <> '' THEN 'både värde och status för saknat värde'
    WHEN NOT isfinite(value) THEN 'värdet är inget tal'
    WHEN other_unit IS NOT NULL
        THEN 'talet är i en annan enhet än definitionens (' || other_unit || ')'
END;
