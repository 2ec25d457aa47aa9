-- Jobs: one run of one score.
CREATE TABLE job (
    id         TEXT   PRIMARY KEY,
    score      TEXT   NOT NULL,
    params     TEXT   NOT NULL, -- JSON
    actor      TEXT   NOT NULL,
    state      TEXT   NOT NULL, -- queued | running | done | failed | cancelled
    seq        BIGINT NOT NULL, -- grows with every change of the job or of one of its steps
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at   BIGINT,
    error      TEXT,
    result     TEXT             -- JSON
);
CREATE INDEX job_by_time ON job (created_at, id);
-- A score runs once at a time, whatever the code believes.
CREATE UNIQUE INDEX job_alive ON job (score) WHERE state IN ('queued', 'running');

CREATE TABLE job_step (
    job_id     TEXT   NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL, -- from 1, in the order in which they began
    seq        BIGINT NOT NULL, -- the job's seq when this step last changed
    state      TEXT   NOT NULL, -- running | done | failed
    text       TEXT   NOT NULL, -- what the step does
    note       TEXT   NOT NULL, -- how far it is, or how it ended
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    PRIMARY KEY (job_id, number)
);
