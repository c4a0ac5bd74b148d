-- One row: the number of persons or answers behind one value of an indicator: the series that
-- holds it, for the same municipality, year and gender; never a neighbouring year. Where that
-- series has no value, the sum of its fallback series, if all of them have one.
CREATE TEMP TABLE n_value AS
WITH exact AS (
    SELECT
        (own.kpi_no << 21) | (winner.key & 2097151) AS key,
        winner.value AS n
    FROM winner
    JOIN kpi_number AS holder ON holder.kpi_no = winner.key >> 21
    JOIN indicator ON indicator.n_kpi = holder.kpi
    JOIN kpi_number AS own ON own.kpi = indicator.kpi
    WHERE indicator.n_kpi <> '' AND winner.status = 0
),
summed AS (
    SELECT
        (own.kpi_no << 21) | (winner.key & 2097151) AS key,
        sum(winner.value) AS n
    FROM winner
    JOIN kpi_number AS part ON part.kpi_no = winner.key >> 21
    JOIN defined_fallback ON defined_fallback.part = part.kpi
    JOIN kpi_number AS own ON own.kpi = defined_fallback.kpi
    WHERE winner.status = 0
    GROUP BY ALL
    HAVING count(*) = any_value(defined_fallback.parts)
)
SELECT key, n FROM exact
UNION ALL
SELECT key, n FROM summed ANTI JOIN exact USING (key)
