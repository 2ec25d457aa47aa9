-- Named secrets, each encrypted with age. The key that opens them is a file outside of the database.
CREATE TABLE secret (
    name       TEXT   PRIMARY KEY,
    sealed     BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
