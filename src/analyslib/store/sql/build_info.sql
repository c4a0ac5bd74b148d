-- One row = one fact about the build of this database (fingerprint, date of the data, versions).
SELECT key, value FROM build_info ORDER BY key
