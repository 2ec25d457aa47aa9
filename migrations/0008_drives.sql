-- What each drive last said of its health. Samples carry it only every so many minutes: it is kept beside the latest one.
CREATE TABLE host_drive (
    host_id  TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    drive    TEXT   NOT NULL,                   -- its WWN or serial number; without such, its name
    told_at  BIGINT NOT NULL,                   -- when a sample last named it
    taken_at BIGINT NOT NULL,                   -- when its numbers came: those of a drive that sleeps are older
    document TEXT   NOT NULL,                   -- JSON
    PRIMARY KEY (host_id, drive)
);

-- Which agent told the inventory: what one of another version knows besides is no change of the machine.
ALTER TABLE host_inventory ADD COLUMN agent_version TEXT;
