-- One row: the sum of one published ledger.
SELECT sha256
FROM individual_ledger
ORDER BY sha256
