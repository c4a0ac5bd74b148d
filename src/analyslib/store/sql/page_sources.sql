-- One row: one source as the foot of a page names it, with its latest retrieval.
SELECT publisher, title, licence, max(retrieved) AS retrieved
FROM source_file
GROUP BY publisher, title, licence
ORDER BY publisher, title, licence
