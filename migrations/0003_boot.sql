-- Tickets that were used: who used them first. Forgotten a day after they expired.
CREATE TABLE ticket_use (
    nonce      TEXT   PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    mac        TEXT   NOT NULL,
    holder     TEXT   NOT NULL,      -- the hash of an agent's key, or an address
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ticket_use_by_expiry ON ticket_use (expires_at);

-- When a refusal from an address was last told as an event, and how many were only counted since.
CREATE TABLE ticket_refusal (
    address TEXT   PRIMARY KEY,
    told_at BIGINT NOT NULL,
    silent  BIGINT NOT NULL
);
CREATE INDEX ticket_refusal_by_time ON ticket_refusal (told_at);

-- What each boot of each machine did, step by step. No foreign key: a trail begins before its host is known.
CREATE TABLE boot_step (
    id      INTEGER PRIMARY KEY AUTOINCREMENT, -- PostgreSQL: BIGINT GENERATED ALWAYS AS IDENTITY
    mac     TEXT,                              -- absent until a later request from the same address tells it
    attempt BIGINT NOT NULL,                   -- counts the boots of one MAC; 0 while there is no MAC
    at      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    detail  TEXT   NOT NULL,
    address TEXT   NOT NULL,
    bytes   BIGINT,
    took_ms BIGINT
);
CREATE INDEX boot_step_by_mac ON boot_step (mac, id);
CREATE INDEX boot_step_by_address ON boot_step (address, at);
CREATE INDEX boot_step_by_time ON boot_step (at);

-- The boot images that the server keeps; their files lie in its data folder under the same id.
CREATE TABLE boot_image (
    id       TEXT   PRIMARY KEY,     -- the first 16 hex digits of the manifest's SHA-256
    manifest TEXT   NOT NULL,        -- image.json
    added_at BIGINT NOT NULL
);

-- What unknown machines boot: at most one row.
CREATE TABLE site_discovery (
    one           BIGINT PRIMARY KEY CHECK (one = 1),
    image_id      TEXT REFERENCES boot_image (id),
    centos_stream TEXT,
    centos_repo   TEXT,
    chosen_at     BIGINT NOT NULL,
    CHECK ((image_id IS NULL) <> (centos_repo IS NULL)),
    CHECK ((centos_stream IS NULL) = (centos_repo IS NULL))
);
