-- One row: the deliveries of own measures that count, their rows, and the rows left out of them
-- (the analyst's database only).
SELECT
    count(DISTINCT delivery) AS deliveries,
    coalesce(sum(rows), 0)::BIGINT AS loaded,
    (SELECT count(*) FROM own_rejected SEMI JOIN own_delivery USING (delivery)) AS rejected
FROM own_delivery
