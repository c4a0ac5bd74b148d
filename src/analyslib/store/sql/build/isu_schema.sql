-- The tables of the individual follow-up, in the analyst's database only.
--
-- extract:               one row = one delivery from a municipality. denominator: persons in the
--                        service during the period, NULL where not stated. rows_in = loaded +
--                        rejected. Open cases are censored at extraction_date.
-- delivered_episode:     one row = one insats of a case, as delivered.
-- delivered_measurement: one row = one measured value; value is NULL where it was not measured.
-- local_value:           one row = one value of a column of the sender's own with a declared role.
-- extract_rejected:      one row = one row of a file that was left out, and why (Swedish).
--
-- Analyses use the views episode and measurement (isu_current.sql): the newest delivery only.

CREATE TABLE extract (
    extract_id VARCHAR NOT NULL PRIMARY KEY,
    municipality VARCHAR NOT NULL,
    extraction_date DATE NOT NULL,
    period_start DATE,
    period_end DATE,
    selection VARCHAR NOT NULL,
    denominator DOUBLE,
    contact VARCHAR NOT NULL,              -- a role, never a name
    mapping VARCHAR NOT NULL,              -- definitions/extracts/<mapping>.toml
    rows_in BIGINT NOT NULL,
    loaded BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL
);

CREATE TABLE delivered_episode (
    extract_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,               -- pseudonym, means nothing outside its extract
    episode_id VARCHAR NOT NULL,
    municipality VARCHAR NOT NULL,
    service_area VARCHAR NOT NULL,
    age_group VARCHAR NOT NULL,
    sex VARCHAR NOT NULL,                  -- K, M, annat, uppgift saknas
    opened DATE,
    started DATE NOT NULL,
    ended DATE,                            -- NULL: still going on at extraction_date
    opening_type VARCHAR,
    reason VARCHAR,
    needs VARCHAR,                         -- several are separated by semicolons
    insats VARCHAR NOT NULL,
    extent DOUBLE,
    extent_unit VARCHAR,
    granted VARCHAR,
    method VARCHAR,
    end_reason VARCHAR,
    goal VARCHAR,                          -- helt, delvis, inte, ej_bedomt
    satisfaction DOUBLE,
    readmitted DATE,                       -- a new formal utredning began after the end
    month_only BOOLEAN NOT NULL            -- dates are known to the month; the first stands
);

CREATE TABLE delivered_measurement (
    extract_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    episode_id VARCHAR NOT NULL,
    date DATE,
    phase VARCHAR,                         -- start, uppfoljning, avslut, efter
    measure VARCHAR NOT NULL,
    subscale VARCHAR NOT NULL,             -- '' where the measure has no parts
    value DOUBLE,
    target DOUBLE,
    rater VARCHAR
);

CREATE TABLE local_value (
    extract_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    episode_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,                 -- bakgrund, process, resultat
    value VARCHAR NOT NULL
);

CREATE TABLE extract_rejected (
    extract_id VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL,
    row BIGINT NOT NULL,                   -- the row number in Excel
    reason VARCHAR NOT NULL
);
