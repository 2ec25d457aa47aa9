-- How much a file's transfer should have been: less in `bytes` is one that broke off.
ALTER TABLE boot_step ADD COLUMN size_bytes BIGINT;
-- What programs read of a step, as JSON: a DHCP answer's boot file, where a decision leads.
ALTER TABLE boot_step ADD COLUMN facts TEXT;
