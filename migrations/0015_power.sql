-- Where a host stands, for the one who walks there. A table of its own: see host_boot_order.
CREATE TABLE host_place (
    host_id TEXT PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    place   TEXT NOT NULL UNIQUE
);

-- Where the host stood when the incident last changed; empty where nobody said.
ALTER TABLE incident ADD COLUMN host_place TEXT NOT NULL DEFAULT '';

-- The ways to switch a host, in the order in which they are tried, where they are not as everywhere. Secrets by name only.
CREATE TABLE power_switch (
    host_id    TEXT   PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,      -- counts its changes, from 1
    ways       TEXT   NOT NULL,      -- JSON
    changed_at BIGINT NOT NULL
);

-- What was asked of a host's switches.
CREATE TABLE power_request (
    id          TEXT   PRIMARY KEY,
    host_id     TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    act         TEXT   NOT NULL,     -- on | off | reset | cycle
    asked_by    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    quiet_until BIGINT,              -- until then its silence is expected, as far as could be said when it was asked for
    state       TEXT   NOT NULL,     -- running | done | unseen | failed | interrupted
    words       TEXT   NOT NULL,
    ended_at    BIGINT
);
CREATE INDEX power_request_by_host ON power_request (host_id, asked_at);
CREATE UNIQUE INDEX power_request_running ON power_request (host_id) WHERE state = 'running';

-- One try of one way.
CREATE TABLE power_attempt (
    request_id TEXT   NOT NULL REFERENCES power_request (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,      -- from 1
    act        TEXT   NOT NULL,
    way        TEXT   NOT NULL,      -- its name
    kind       TEXT   NOT NULL,      -- wol | agent | ssh | button
    started_at BIGINT NOT NULL,
    outcome    TEXT   NOT NULL,      -- running | sent | accepted | failed | interrupted
    words      TEXT   NOT NULL,
    ended_at   BIGINT,
    PRIMARY KEY (request_id, number)
);

-- What somebody in the room is asked to do, and what they answered. An answer counts once.
CREATE TABLE power_question (
    id          TEXT   PRIMARY KEY,
    host_id     TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    act         TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    asked_by    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    answer      TEXT,                -- done | cannot | expired | withdrawn
    answered_by TEXT,
    answered_at BIGINT
);
CREATE UNIQUE INDEX power_question_open ON power_question (host_id) WHERE answer IS NULL;
