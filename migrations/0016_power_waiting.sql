-- What an attempt needs to be gone on with when the server is started anew: JSON, and only while a hand is waited for.
ALTER TABLE power_attempt ADD COLUMN waiting TEXT;
