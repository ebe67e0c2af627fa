-- A write that stored only an answer did not count: the next answer had the same key, and was refused.
UPDATE cluster_index SET last_index = GREATEST(last_index, (SELECT COALESCE(MAX(write_index), 0) FROM submission));
