-- One row: one note from a meeting of one network, oldest meeting first.
SELECT meeting, number, kind, text, kpi, municipality, responsible, due, year
FROM meeting_note
WHERE network = $network
ORDER BY meeting, number
