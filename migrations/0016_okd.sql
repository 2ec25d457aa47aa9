-- Clusters of OKD, as the operator's installer made them.
CREATE TABLE cluster (
    name       TEXT   PRIMARY KEY,
    version    BIGINT NOT NULL,        -- counts its changes, from 1
    domain     TEXT   NOT NULL,
    infra_id   TEXT   NOT NULL,
    cluster_id TEXT   NOT NULL,
    spec       TEXT   NOT NULL,        -- edition of Ignition's specification
    image      TEXT,                   -- JSON: the CoreOS that its nodes are installed by
    front      TEXT,                   -- JSON: where it is reached, by which gateway
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    wiped_at   BIGINT
);

-- A role's config: it holds keys of the cluster. Sealed, as secrets are.
CREATE TABLE cluster_config (
    cluster     TEXT   NOT NULL REFERENCES cluster (name) ON DELETE CASCADE,
    role        TEXT   NOT NULL,       -- bootstrap | control-plane | worker
    sealed      BLOB   NOT NULL,
    recipient   TEXT   NOT NULL,
    size_bytes  BIGINT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    PRIMARY KEY (cluster, role)
);

-- A host's part in a cluster.
CREATE TABLE assignment (
    host_id    TEXT   PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,        -- counts its changes, from 1
    cluster    TEXT   NOT NULL REFERENCES cluster (name),
    role       TEXT   NOT NULL,
    hostname   TEXT   NOT NULL,
    address    TEXT,                   -- kept for it by the gateway
    disk       TEXT   NOT NULL,        -- selector
    target     TEXT   NOT NULL,        -- JSON: the disk that it found then
    network    TEXT,                   -- JSON
    wipe       TEXT,                   -- serial number of the disk whose data may be lost
    accepted   TEXT   NOT NULL,        -- JSON: rules whose refusal the operator takes upon himself
    changed_at BIGINT NOT NULL,
    UNIQUE (cluster, hostname)
);

-- Installations that an operator allowed. One that ended stays, as the receipt.
CREATE TABLE arming (
    host_id     TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    generation  BIGINT NOT NULL,       -- from 1, for each host
    was         TEXT,                  -- the state in which its host stood before
    plan        TEXT   NOT NULL,       -- JSON: all that it is made of
    armed_at    BIGINT NOT NULL,
    armed_by    TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL,
    consumed_at BIGINT,                -- when the node's document was handed out: once
    consumed_by TEXT,                  -- to which address
    ended_at    BIGINT,
    outcome     TEXT,                  -- installed | failed | disarmed | expired | mismatched
    overdue     TEXT,                  -- the step after which nothing came in time, while that is told
    leaked_at   BIGINT,                -- when its document was said to count as leaked, while that is told
    PRIMARY KEY (host_id, generation)
);
CREATE UNIQUE INDEX arming_standing ON arming (host_id) WHERE ended_at IS NULL;

-- Who asked for a node's document that was not for them, until they have not for a while.
CREATE TABLE install_refusal (
    address TEXT   NOT NULL,
    host_id TEXT   NOT NULL,           -- whose document; empty where that is not known
    at      BIGINT NOT NULL,           -- the last time that was told
    PRIMARY KEY (address, host_id)
);

-- How far each is.
CREATE TABLE install_word (
    host_id    TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    number     BIGINT NOT NULL,        -- from 1
    step       TEXT   NOT NULL,
    failed     BIGINT NOT NULL,
    at         BIGINT NOT NULL,        -- when it came first
    heard_at   BIGINT NOT NULL,        -- when it came last: a step may be said again and again
    percent    BIGINT,
    words      TEXT   NOT NULL,
    PRIMARY KEY (host_id, generation, number),
    FOREIGN KEY (host_id, generation) REFERENCES arming (host_id, generation) ON DELETE CASCADE
);
