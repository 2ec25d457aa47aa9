-- What boot profiles refer to; and what they referred to until lately, which a machine in the middle of its boot may still
-- fetch.
CREATE TABLE boot_reference (
    reference TEXT   PRIMARY KEY, -- JSON: an asset, an image with its files, or an iPXE binary
    left_at   BIGINT              -- since when no profile refers to it; NULL while one does
);
