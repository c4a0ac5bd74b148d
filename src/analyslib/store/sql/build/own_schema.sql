-- What municipalities and projects follow themselves. In the analyst's database as delivered;
-- publish.duckdb has the same tables by the same names, where numbers about few persons are
-- hidden: no number, and the status 'Privacy'. own_rejected is the analyst's alone.
--
-- own_delivery: one row = one part of one delivery that counts: the newest for its municipality
--               and project (project '' is what is the municipality's own and no project's).
--               part: matt (projects, measures, values, events) or budget. rows: of the part.
-- own_project:  one row = one project.
-- own_measure:  one row = one measure. target: the value to reach, from target_from on.
-- own_value:    one row = one value of a measure. n: persons or cases behind a share or a mean.
-- own_event:    one row = one thing that happened. rebase: the level is expected to change.
-- own_budget:   one row = one account in one period.
-- own_rejected: one row = one row of a file that was left out, and why (Swedish).

CREATE TABLE own_delivery (
    delivery VARCHAR NOT NULL,             -- its day and its number in the archive
    municipality VARCHAR NOT NULL,
    project VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    vintage DATE NOT NULL,                 -- the day the content speaks for
    rows BIGINT NOT NULL
);

CREATE TABLE own_project (
    project VARCHAR NOT NULL PRIMARY KEY,  -- <municipality>-<what the file calls it>
    municipality VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    area VARCHAR NOT NULL,                 -- id of an area of the definitions, or ''
    owner VARCHAR NOT NULL,                -- a role, never a name
    start DATE NOT NULL,
    stop DATE                              -- NULL: not decided
);

CREATE TABLE own_measure (
    measure VARCHAR NOT NULL PRIMARY KEY,  -- <municipality>-<what the file calls it>
    project VARCHAR NOT NULL,              -- '': the municipality's own activity
    municipality VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                 -- antal, andel (0-100), medel, index, kronor
    persons BOOLEAN NOT NULL,              -- counts persons, or is a share or mean of persons
    part_of VARCHAR NOT NULL,              -- the measure whose persons these are some of, or ''
    direction VARCHAR NOT NULL,            -- high, low, none
    target DOUBLE,
    target_from DATE,
    public_kpi VARCHAR NOT NULL,           -- a Kolada id to show beside, or ''
    source_note VARCHAR NOT NULL
);

CREATE TABLE own_value (
    measure VARCHAR NOT NULL,
    period DATE NOT NULL,                  -- the first day of the month or the year
    grain VARCHAR NOT NULL,                -- month, year
    value DOUBLE,
    n DOUBLE,
    status VARCHAR NOT NULL,               -- '', Missing, Privacy
    PRIMARY KEY (measure, grain, period)
);

CREATE TABLE own_event (
    municipality VARCHAR NOT NULL,
    project VARCHAR NOT NULL,              -- '': the municipality's own activity
    measure VARCHAR NOT NULL,              -- '': all measures of the project
    date DATE NOT NULL,
    text VARCHAR NOT NULL,
    rebase BOOLEAN NOT NULL
);

CREATE TABLE own_budget (
    municipality VARCHAR NOT NULL,
    project VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    period DATE NOT NULL,
    grain VARCHAR NOT NULL,
    budget DOUBLE,                         -- kronor
    outcome DOUBLE,
    forecast DOUBLE,
    volume DOUBLE,
    volume_budget DOUBLE,
    volume_persons BOOLEAN NOT NULL,       -- TRUE also where the file does not say
    status VARCHAR NOT NULL,               -- '', Privacy: outcome, forecast and volume are hidden
    PRIMARY KEY (municipality, project, area, account, grain, period)
);

CREATE TABLE own_rejected (
    delivery VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL,
    row BIGINT NOT NULL,                   -- the row number in Excel
    reason VARCHAR NOT NULL
);
