-- The tables of both databases. `observation` and `benchmark` are made by the load itself.
--
-- observation(kpi, municipality, year, gender, value, status, n, source, vintage):
--     one row = one number of one municipality (or region, or Riket "0000"), year and gender
--     ('T' all, 'K' women, 'M' men). status is '' where there is a value, else 'Missing',
--     'Not applicable', 'Privacy' or 'Unknown' (empty without a stated reason). A number that
--     was never delivered has no row. n: persons or answers behind the value, for the
--     indicators of the definitions, NULL where it is not known. Sorted by key.
-- benchmark(kpi, year, gender, riket, mean, median, q1, q3, low, high, n, rows):
--     one row = all municipalities taken together: riket is weighted, mean, median and the
--     quartiles are unweighted over the municipalities that have a value (n of them; never
--     regions, groups or Riket). rows counts those that delivered anything at all.

CREATE TABLE kpi (
    kpi VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL,              -- one row per series and vintage of the metadata
    newest BOOLEAN NOT NULL,               -- the newest vintage that holds this series
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,                 -- read from the end of the title; '' if none
    scale VARCHAR,                         -- the unit without its spelling; NULL if not known
    municipality_type VARCHAR NOT NULL,    -- K municipalities, L regions, A both
    auspice VARCHAR NOT NULL,
    operating_area VARCHAR NOT NULL,
    perspective VARCHAR NOT NULL,
    is_divided_by_gender BOOLEAN,
    has_ou_data BOOLEAN,
    publication_date DATE,                 -- the expected next one
    prel_publication_date DATE,            -- values between the two dates are preliminary
    stop_year INTEGER,                     -- "(-2023)" at the end of a title
    ended BOOLEAN NOT NULL,                -- stands only in an older vintage
    source VARCHAR NOT NULL
);

CREATE TABLE municipality (
    municipality VARCHAR NOT NULL PRIMARY KEY,
    municipality_name VARCHAR NOT NULL,
    type VARCHAR NOT NULL,                 -- K municipality, L region and Riket
    county VARCHAR NOT NULL,
    county_name VARCHAR NOT NULL,
    skr_group VARCHAR NOT NULL,
    skr_group_name VARCHAR NOT NULL
);

CREATE TABLE municipality_group (
    group_id VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL,
    newest BOOLEAN NOT NULL,               -- the newest vintage of the groups there is
    title VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                 -- similar, county, skr_group, size, other
    service_area VARCHAR NOT NULL,         -- similar: IFO, LSS, övergripande ...
    owner VARCHAR NOT NULL,                -- similar: whose similar municipalities
    group_year INTEGER                     -- similar: the year of the comparison
);

CREATE TABLE group_member (
    group_id VARCHAR NOT NULL,
    member VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL
);

CREATE TABLE unit (
    unit VARCHAR NOT NULL PRIMARY KEY,     -- a home-help team, a group home ...
    unit_name VARCHAR NOT NULL,
    municipality VARCHAR NOT NULL,         -- where it is
    vintage VARCHAR NOT NULL               -- the newest list that holds it
);

CREATE TABLE unit_observation (
    kpi VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    gender VARCHAR NOT NULL,
    value DOUBLE,
    status VARCHAR NOT NULL,               -- as in observation
    source VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL
);

CREATE TABLE indicator (
    kpi VARCHAR NOT NULL PRIMARY KEY,
    area VARCHAR NOT NULL,
    area_title VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    short VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    direction VARCHAR NOT NULL,
    direction_basis VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    aspect VARCHAR NOT NULL,
    n_kind VARCHAR NOT NULL,
    n_kpi VARCHAR NOT NULL,
    per DOUBLE,
    decimals INTEGER NOT NULL,
    gender BOOLEAN NOT NULL,
    main BOOLEAN NOT NULL,
    position INTEGER NOT NULL              -- order in the definitions
);

CREATE TABLE source_file (
    source VARCHAR NOT NULL,
    path VARCHAR NOT NULL,                 -- under data/raw
    dataset VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    retrieved DATE NOT NULL,
    vintage VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    rows_in BIGINT NOT NULL,               -- = loaded + rejected, always
    loaded BIGINT NOT NULL,                -- taken in: shown, superseded or deleted
    rejected BIGINT NOT NULL,
    superseded BIGINT NOT NULL,            -- of loaded: a newer file has the same key
    deleted BIGINT NOT NULL,               -- of loaded: the source says that it is gone
    group_rows BIGINT NOT NULL             -- of rejected: values of groups, which we compute
);

CREATE TABLE revision (
    kpi VARCHAR NOT NULL,
    municipality VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    gender VARCHAR NOT NULL,
    old_value DOUBLE,
    new_value DOUBLE,
    old_status VARCHAR NOT NULL,
    new_status VARCHAR NOT NULL,           -- 'Deleted' where the source has taken it away
    old_vintage VARCHAR NOT NULL,
    new_vintage VARCHAR NOT NULL
);

CREATE TABLE rejected (
    source VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    row BIGINT NOT NULL,                   -- the row (value) of the file, from 1
    kpi VARCHAR,
    municipality VARCHAR,
    year INTEGER,
    gender VARCHAR,
    reason VARCHAR NOT NULL                -- Swedish
);

CREATE TABLE correction (
    id VARCHAR NOT NULL PRIMARY KEY,
    kpi VARCHAR NOT NULL,
    field VARCHAR NOT NULL,                -- value, or what of the metadata was wrong
    municipality VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    gender VARCHAR NOT NULL,
    wrong VARCHAR NOT NULL,
    right_value VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    found DATE NOT NULL,
    owner VARCHAR NOT NULL,
    review_date DATE NOT NULL,
    state VARCHAR NOT NULL                 -- applied, mended, absent
);

CREATE TABLE meeting_note (
    network VARCHAR NOT NULL,
    meeting DATE NOT NULL,
    number INTEGER NOT NULL,               -- the order in which they were written
    kind VARCHAR NOT NULL,                 -- question, decision, national
    text VARCHAR NOT NULL,
    kpi VARCHAR NOT NULL,                  -- this and the rest: '' where nothing was said
    municipality VARCHAR NOT NULL,
    responsible VARCHAR NOT NULL,
    due VARCHAR NOT NULL,
    year VARCHAR NOT NULL                  -- the year that the figure showed at the meeting
);

CREATE TABLE build_info (key VARCHAR NOT NULL PRIMARY KEY, value VARCHAR NOT NULL);
