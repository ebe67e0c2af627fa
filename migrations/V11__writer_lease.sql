-- The lease of the one server that may write. A server that takes the lease counts its epoch up, and names the epoch in each
-- of its transactions: a server that was paused while another one took the lease can write nothing more. The holder moves
-- lease_end, which the database's clock decides; null: the holder has given the lease back, or no other server can get in.
ALTER TABLE cluster_index ADD COLUMN lease_epoch BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE cluster_index ADD COLUMN lease_holder VARCHAR(255) DEFAULT '' NOT NULL;
ALTER TABLE cluster_index ADD COLUMN lease_end BIGINT;
