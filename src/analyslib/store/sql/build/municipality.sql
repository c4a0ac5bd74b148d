-- One row: one municipality, region or Riket, by its newest name. The municipalities of the
-- definitions and the 21 regions are there even when no list was taken into the archive.
INSERT INTO municipality
WITH listed AS (
    SELECT municipality, arg_max(name, vintage) AS name, arg_max(type, vintage) AS type
    FROM raw_municipality
    GROUP BY municipality
)
SELECT
    municipality,
    coalesce(defined.name, listed.name, region.name) AS municipality_name,
    CASE WHEN municipality LIKE '00%' THEN 'L' ELSE 'K' END AS type,
    coalesce(defined.county, CASE WHEN municipality <> '0000' THEN right(municipality, 2) END, '')
        AS county,
    coalesce(defined.county_name, '') AS county_name,
    coalesce(defined.skr_group, '') AS skr_group,
    coalesce(defined.skr_group_name, '') AS skr_group_name
FROM listed
FULL JOIN defined USING (municipality)
FULL JOIN (
    VALUES
        ('0000', 'Riket'), ('0001', 'Region Stockholm'), ('0003', 'Region Uppsala'),
        ('0004', 'Region Sörmland'), ('0005', 'Region Östergötland'),
        ('0006', 'Region Jönköpings län'), ('0007', 'Region Kronoberg'),
        ('0008', 'Region Kalmar'), ('0009', 'Region Gotland'), ('0010', 'Region Blekinge'),
        ('0012', 'Region Skåne'), ('0013', 'Region Halland'),
        ('0014', 'Västra Götalandsregionen'), ('0017', 'Region Värmland'),
        ('0018', 'Region Örebro län'), ('0019', 'Region Västmanland'),
        ('0020', 'Region Dalarna'), ('0021', 'Region Gävleborg'),
        ('0022', 'Region Västernorrland'), ('0023', 'Region Jämtland Härjedalen'),
        ('0024', 'Region Västerbotten'), ('0025', 'Region Norrbotten')
) AS region (municipality, name) USING (municipality)
ORDER BY municipality
