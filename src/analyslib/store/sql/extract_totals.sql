-- One row: the extracts of individual follow-up, their rows, and the rows left out of them (the
-- analyst's database only).
SELECT
    count(*) AS deliveries,
    coalesce(sum(loaded), 0)::BIGINT AS loaded,
    coalesce(sum(rejected), 0)::BIGINT AS rejected
FROM extract
