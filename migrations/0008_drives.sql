-- What each drive last said of its health. Samples carry it only every so many minutes: it is kept beside the latest one.
CREATE TABLE host_drive (
    host_id  TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    device   TEXT   NOT NULL,                   -- by its name in that boot
    boot_id  TEXT,                              -- names of another boot mean nothing
    taken_at BIGINT NOT NULL,
    document TEXT   NOT NULL,                   -- JSON
    PRIMARY KEY (host_id, device)
);

-- Which agent told the inventory: what one of another version knows besides is no change of the machine.
ALTER TABLE host_inventory ADD COLUMN agent_version TEXT;
