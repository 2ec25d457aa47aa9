-- Systems that others than the site's discovery let machines boot (a cluster its nodes' live system): what they are made of may
-- be fetched as long as they stand here.
CREATE TABLE boot_profile (
    name   TEXT PRIMARY KEY,   -- whose: cluster/okd1
    system TEXT NOT NULL       -- JSON, as in discovery_choice
);
