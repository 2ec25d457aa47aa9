-- Incidents: one firing of one rule on one target. No foreign key to the host: what happened outlives it.
CREATE TABLE incident (
    id          TEXT   PRIMARY KEY,
    rule        TEXT   NOT NULL,
    host_id     TEXT   NOT NULL,            -- empty: of the whole site
    host_name   TEXT   NOT NULL,            -- as the host was called at the last transition
    component   TEXT   NOT NULL,            -- a mount point, a sensor, a claim; empty where there is only one
    severity    TEXT   NOT NULL,            -- info | warn | crit
    state       TEXT   NOT NULL,            -- open | resolved
    transition  BIGINT NOT NULL,            -- counts what happened to it, from 1
    title       TEXT   NOT NULL,            -- what is wrong
    ending      TEXT   NOT NULL,            -- how it ended; empty while it is open
    text        TEXT   NOT NULL,            -- more of what is, or how it ended
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    resolved_at BIGINT
);
CREATE UNIQUE INDEX incident_open ON incident (host_id, rule, component) WHERE state = 'open';
CREATE INDEX incident_by_end ON incident (resolved_at);

-- What a rule remembers of a target between two readings. A target without a row is well.
CREATE TABLE rule_state (
    host_id     TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    component   TEXT   NOT NULL,
    state       TEXT   NOT NULL,            -- JSON
    incident_id TEXT,
    PRIMARY KEY (host_id, rule, component)
);

-- Where messages go out.
CREATE TABLE provider (
    name         TEXT   PRIMARY KEY,
    kind         TEXT   NOT NULL,           -- ntfy
    url          TEXT   NOT NULL,
    token_secret TEXT,                      -- the name of a secret
    created_at   BIGINT NOT NULL,
    trouble      TEXT,                      -- why it can't be used as it is set up
    trouble_at   BIGINT,
    probe_at     BIGINT                     -- when it is tried again
);

-- Who hears of what.
CREATE TABLE subscription (
    name          TEXT   PRIMARY KEY,
    provider      TEXT   NOT NULL REFERENCES provider (name),
    topic         TEXT   NOT NULL,
    min_severity  TEXT   NOT NULL,
    rule_prefix   TEXT   NOT NULL,          -- empty: all rules
    host_id       TEXT,                     -- absent: all hosts
    created_at    BIGINT NOT NULL,
    last_ok_at    BIGINT,
    last_error    TEXT,
    last_error_at BIGINT,
    trouble       TEXT,                     -- why it can't be used as it is set up
    trouble_at    BIGINT,
    probe_at      BIGINT                    -- when it is tried again
);

-- One row a lane: what one topic should be told of one incident, and what it was told. A later transition takes the
-- place of one that was not told yet, so nothing ever overtakes.
CREATE TABLE delivery (
    incident_id      TEXT   NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    subscription     TEXT   NOT NULL REFERENCES subscription (name) ON DELETE CASCADE,
    wanted           BIGINT NOT NULL,       -- the transition that it is to be told
    told             BIGINT,                -- the last one that it was told
    maybe_told       BIGINT NOT NULL,       -- an attempt got no answer: it may have arrived
    status           TEXT   NOT NULL,       -- waiting | sent | dropped | dead
    queued_at        BIGINT NOT NULL,       -- when `wanted` came to be
    due_at           BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,       -- for `wanted`
    first_attempt_at BIGINT,
    last_attempt_at  BIGINT,
    last_error       TEXT,
    delivered_at     BIGINT,
    message_id       TEXT,                  -- what the provider calls it
    PRIMARY KEY (incident_id, subscription)
);
CREATE INDEX delivery_waiting ON delivery (subscription, due_at) WHERE status = 'waiting';
CREATE INDEX delivery_dead ON delivery (subscription) WHERE status = 'dead';
