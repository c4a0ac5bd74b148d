-- One row: one source as the foot of a page names it, with its latest retrieval. No page shows
-- values per unit.
SELECT publisher, title, licence, max(retrieved) AS retrieved
FROM source_file
WHERE dataset NOT IN ('ou', 'oudata')
GROUP BY publisher, title, licence
ORDER BY publisher, title, licence
