-- Bytes live once, by content: raw originals and attachments. Chunks of at most 1 MiB, so that a reader streams.
CREATE TABLE chunk (
  sha256 bytea NOT NULL,
  n int NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (sha256, n)
);
-- Mail is base64 or already packed: compressing it again costs more CPU than all the rest of accepting it.
ALTER TABLE chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
