-- This server's own id: whatever it makes on a gateway has an id that follows from it. At most one row.
CREATE TABLE gateway_site (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    id      TEXT   NOT NULL,        -- a UUID, at random
    made_at BIGINT NOT NULL
);

-- The gateways that this server sets up.
CREATE TABLE gateway (
    name              TEXT   PRIMARY KEY,
    adapter           TEXT   NOT NULL,           -- JSON: what it is and where; names its secret, never holds it
    added_at          BIGINT NOT NULL,
    applied           TEXT,                      -- JSON: the wish that was last applied; absent before the first time
    checked_at        BIGINT,                    -- when the sweep last read it
    drift_since       BIGINT,                    -- since when it differs from what was applied
    unreachable_since BIGINT,                    -- since when it can't be read
    unreachable_why   TEXT,
    lost              BIGINT NOT NULL DEFAULT 0  -- whether that was told
);

-- What is wanted of a gateway, by part: each part has one author.
CREATE TABLE gateway_wish (
    gateway TEXT   NOT NULL REFERENCES gateway (name) ON DELETE CASCADE,
    part    TEXT   NOT NULL,
    wish    TEXT   NOT NULL,        -- JSON
    set_at  BIGINT NOT NULL,
    set_by  TEXT   NOT NULL,
    PRIMARY KEY (gateway, part)
);

-- The objects that this server made on a gateway and has not removed: proves what is its own where no description says so.
CREATE TABLE gateway_object (
    gateway TEXT NOT NULL REFERENCES gateway (name) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (gateway, kind, id)
);

-- Services for which something was saved that they have not taken up yet.
CREATE TABLE gateway_pending (
    gateway TEXT NOT NULL REFERENCES gateway (name) ON DELETE CASCADE,
    service TEXT NOT NULL,
    PRIMARY KEY (gateway, service)
);

-- Plans that were applied. No foreign key: the history outlives the gateway.
CREATE TABLE gateway_apply (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- PostgreSQL: BIGINT GENERATED ALWAYS AS IDENTITY
    id         TEXT   NOT NULL UNIQUE,
    gateway    TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    state      TEXT   NOT NULL,     -- applying | done | undone | half-done | interrupted
    undoes     TEXT,                -- the apply that it takes back
    plan       TEXT   NOT NULL,     -- JSON
    boot_order TEXT   NOT NULL,     -- JSON: this server's boot entries before, in order
    wish       TEXT,                -- JSON: what is wanted once it is done
    before     TEXT,                -- JSON: what was applied before it
    words      TEXT   NOT NULL,     -- how it ended
    started_at BIGINT NOT NULL,
    ended_at   BIGINT
);
CREATE INDEX gateway_apply_by_gateway ON gateway_apply (gateway, seq);
CREATE UNIQUE INDEX gateway_apply_one_at_a_time ON gateway_apply (gateway) WHERE state = 'applying';

-- Each change, written before it is made.
CREATE TABLE gateway_step (
    apply_id   TEXT   NOT NULL REFERENCES gateway_apply (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    undoes     BIGINT,              -- the step that it takes back
    state      TEXT   NOT NULL,     -- begun | made | failed
    change     TEXT   NOT NULL,     -- JSON
    words      TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    PRIMARY KEY (apply_id, number)
);
