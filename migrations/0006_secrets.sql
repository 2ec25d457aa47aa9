-- Named secrets, sealed with age. The key that opens them is a file outside of this database.
CREATE TABLE secret (
    name       TEXT   PRIMARY KEY,
    sealed     BLOB   NOT NULL,
    recipient  TEXT   NOT NULL,    -- the public half of the key that it was sealed for
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
