-- What operators ask of agents, and what became of it. An id is used once.
CREATE TABLE agent_action (
    id           TEXT   PRIMARY KEY,
    host_id      TEXT   NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    action       TEXT   NOT NULL,               -- JSON
    asked_by     TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    delivered_at BIGINT,                        -- when the agent was last told
    outcome      TEXT,                          -- of the latest receipt: begun | done | refused | failed | expired
    words        TEXT,
    receipt_at   BIGINT,
    logs         BLOB                           -- zstd of the text that the action brought
);
CREATE INDEX agent_action_by_host ON agent_action (host_id, asked_at);
