-- The files that machines boot, kept by their SHA-256; their bytes lie in the data folder under the same name.
CREATE TABLE asset (
    sha256      TEXT   PRIMARY KEY, -- 64 lower-case hex digits
    name        TEXT   NOT NULL,    -- what people call it
    kind        TEXT   NOT NULL,    -- ipxe | kernel | initramfs | rootfs | iso | image | other
    size_bytes  BIGINT NOT NULL,
    source      TEXT   NOT NULL,    -- the URL that it was downloaded from, or "uploaded"
    added_at    BIGINT NOT NULL,
    verified_at BIGINT NOT NULL     -- when its bytes were last hashed, and right
);

-- Which asset is handed out under the name of an iPXE binary. Two names may be one asset.
CREATE TABLE ipxe_binary (
    name   TEXT   PRIMARY KEY,
    sha256 TEXT   NOT NULL REFERENCES asset (sha256),
    set_at BIGINT NOT NULL
);
CREATE INDEX ipxe_binary_by_asset ON ipxe_binary (sha256);
