-- How a host boots, where it is not as all the others do.
CREATE TABLE host_boot (
    host_id    TEXT   PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,      -- counts its changes, from 1
    options    TEXT   NOT NULL,      -- JSON
    changed_at BIGINT NOT NULL
);

-- What an operator wants of a machine's next boot, once.
CREATE TABLE boot_next (
    subject    TEXT   PRIMARY KEY,   -- a host's id, or the MAC of a machine that is not known
    action     TEXT   NOT NULL,      -- local-disk | discover
    reason     TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT                -- by the boot that it was for
);
CREATE INDEX boot_next_by_expiry ON boot_next (expires_at);

-- The boots of a machine since its agent was last heard, as far as they may be a loop. Most machines have no row.
CREATE TABLE boot_guard (
    mac     TEXT   PRIMARY KEY,
    host_id TEXT,                    -- no foreign key: a machine may loop before its host is known
    guard   TEXT   NOT NULL,         -- JSON
    last_at BIGINT NOT NULL
);
CREATE INDEX boot_guard_by_time ON boot_guard (last_at);

-- The discovery systems that were ever chosen, the last of each kind: a host may be told to use one that is not the site's.
CREATE TABLE discovery_known (
    arch   TEXT NOT NULL,
    kind   TEXT NOT NULL,            -- centos | core_os
    system TEXT NOT NULL,            -- JSON
    PRIMARY KEY (arch, kind)
);
INSERT INTO discovery_known (arch, kind, system)
SELECT arch, 'centos', system FROM discovery_choice WHERE system LIKE '{"by":"centos"%';

-- Whether a host's firmware goes on to the disk when the network does not answer. A table of its own: a column behind the
-- host's sample would make lists read that, too.
CREATE TABLE host_boot_order (
    host_id TEXT PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL            -- follows | wrong | unknown
);
CREATE INDEX host_boot_order_by_verdict ON host_boot_order (verdict);
