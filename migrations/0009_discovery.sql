-- What machines boot that have no system of their own: at most one for each processor. The system is kept as JSON: each kind
-- names other things.
CREATE TABLE discovery_choice (
    arch      TEXT   PRIMARY KEY,    -- x86_64, aarch64
    system    TEXT   NOT NULL,
    chosen_at BIGINT NOT NULL
);

-- Until now there was one, for x86_64. Neither an image's name nor a stored address holds a quotation mark.
INSERT INTO discovery_choice (arch, system, chosen_at)
SELECT 'x86_64',
       CASE WHEN image_id IS NULL
            THEN '{"by":"centos","arch":"x86_64","stream":"' || centos_stream || '","repo":"' || centos_repo || '"}'
            ELSE '{"by":"image","arch":"x86_64","image":"' || image_id || '"}' END,
       chosen_at
FROM site_discovery;
DROP TABLE site_discovery;
