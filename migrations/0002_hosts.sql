-- The machines. Lists are answered from these columns, never from documents.
CREATE TABLE host (
    id              TEXT   PRIMARY KEY,
    name            TEXT   NOT NULL UNIQUE,
    state           TEXT   NOT NULL,
    approved        BIGINT NOT NULL,
    version         BIGINT NOT NULL,            -- grows with every change that an operator or a plan makes
    source          TEXT   NOT NULL,            -- how it became known: agent | mdns | sweep
    created_at      BIGINT NOT NULL,
    key_hash        TEXT   UNIQUE,              -- SHA-256 of the one key that its agent speaks with
    keyed_at        BIGINT,

    -- What its agent's last word says.
    last_seen_at    BIGINT,
    goodbye_at      BIGINT,
    address         TEXT,                       -- where it enrolled from, or was found first
    agent_version   TEXT,
    boot_id         TEXT,
    start_id        TEXT,
    seq             BIGINT NOT NULL DEFAULT 0,  -- of that start
    problem_count   BIGINT NOT NULL DEFAULT 0,
    found_at        BIGINT,                     -- when a scrape last met it
    found_by        TEXT,                       -- mdns | sweep
    found_address   TEXT,

    -- From its inventory.
    revision        BIGINT NOT NULL DEFAULT 0,
    changed_at      BIGINT,                     -- when that revision was stored
    report_at       BIGINT,
    inventory_hash  TEXT,
    vendor          TEXT,
    product         TEXT,
    serial          TEXT,
    cpu             TEXT,
    cpu_threads     BIGINT,
    memory_bytes    BIGINT,
    disk_count      BIGINT,
    disk_bytes      BIGINT,
    nic_count       BIGINT,
    primary_address TEXT,

    -- From its latest sample. The document stands last, so that reading the columns before it does not read it.
    sample_at       BIGINT,
    hottest_celsius DOUBLE PRECISION,
    hottest_sensor  TEXT,
    fullest_percent DOUBLE PRECISION,
    fullest_mount   TEXT,
    sample          TEXT                        -- JSON
);
CREATE INDEX host_by_state ON host (state, approved);

-- By what a host is recognised: all that was ever seen of it.
CREATE TABLE host_identifier (
    host_id       TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    kind          TEXT   NOT NULL,              -- uuid | system-serial | board-serial | chassis-serial | mac
    value         TEXT   NOT NULL,              -- normalised
    strength      TEXT   NOT NULL,              -- strong | medium | weak
    current       BIGINT NOT NULL,              -- stood in the last identity that was taken
    demoted       BIGINT NOT NULL,              -- shared with another machine: it identifies nothing
    proven_at     BIGINT,                       -- a MAC: when a ticket last proved it
    first_seen_at BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    PRIMARY KEY (host_id, kind, value)
);
CREATE INDEX host_identifier_by_value ON host_identifier (kind, value);

-- The starts of an agent that are remembered, so that a late word of an old one is told from a new start.
CREATE TABLE host_start (
    host_id       TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    start_id      TEXT   NOT NULL,
    first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (host_id, start_id)
);

-- The last good data of every section, changing values included: read for one host at a time.
CREATE TABLE host_inventory (
    host_id  TEXT   PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    taken_at BIGINT NOT NULL,
    document BLOB   NOT NULL                    -- zstd of JSON
);

-- What the inventory was when it changed.
CREATE TABLE host_revision (
    host_id  TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,                   -- from 1
    at       BIGINT NOT NULL,
    hash     TEXT   NOT NULL,                   -- of the canonical content
    summary  TEXT   NOT NULL,
    document BLOB   NOT NULL,                   -- zstd of JSON
    PRIMARY KEY (host_id, number)
);

-- What an agent can't do at present.
CREATE TABLE host_problem (
    host_id  TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    part     TEXT   NOT NULL,                   -- a section, or what the agent tried
    reason   TEXT   NOT NULL,
    since_at BIGINT NOT NULL,
    PRIMARY KEY (host_id, part)
);

-- What an unproven source says of a host.
CREATE TABLE claim (
    id         TEXT   PRIMARY KEY,
    host_id    TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    kind       TEXT   NOT NULL,                 -- enrolment | report | scrape
    source     TEXT   NOT NULL,                 -- the address it came from
    hash       TEXT   NOT NULL,                 -- of its content: the same said again is the same claim
    reason     TEXT   NOT NULL,
    document   TEXT   NOT NULL,                 -- JSON
    times      BIGINT NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by TEXT,
    verdict    TEXT,                            -- accepted | separate | dismissed
    UNIQUE (host_id, hash)
);
CREATE INDEX claim_open ON claim (settled_at, first_at);
