-- What happened, in order. Written in the same transaction as the change that it tells of.
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT, -- PostgreSQL: BIGINT GENERATED ALWAYS AS IDENTITY
    at      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    host_id TEXT,                              -- no foreign key: history outlives its host
    key     TEXT   NOT NULL,                   -- what an opening and its closing event share
    actor   TEXT   NOT NULL,
    summary TEXT   NOT NULL,
    data    TEXT   NOT NULL
);
CREATE INDEX event_by_host ON event (host_id, seq);

-- How far each reader of events has come.
CREATE TABLE event_cursor (
    reader TEXT   PRIMARY KEY,
    seq    BIGINT NOT NULL
);

-- A row to write to when the server starts, so that a database that can't be written shows at once.
CREATE TABLE write_probe (probes BIGINT NOT NULL);
INSERT INTO write_probe (probes) VALUES (0);
