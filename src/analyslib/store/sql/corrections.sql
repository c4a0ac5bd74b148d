-- One row: one known error at the source and whether it was corrected here (applied), the source
-- has mended it (mended) or there is no such data (absent).
SELECT * FROM correction ORDER BY kpi, id
