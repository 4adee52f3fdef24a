CREATE TABLE channel_account (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('email', 'form', 'chat', 'call', 'custom')),
  name text NOT NULL,
  address text CHECK (address = lower(address)),
  create_ticket boolean NOT NULL DEFAULT true,
  pipeline_id uuid,
  stage_id uuid,
  team_id uuid,
  settings jsonb NOT NULL DEFAULT '{}',
  is_disabled boolean NOT NULL DEFAULT false,
  token_hash bytea NOT NULL,
  secret_sealed text NOT NULL,
  smtp_url_sealed text,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE INDEX channel_account_of_account ON channel_account (account_id, created_at) WHERE deleted_at IS NULL;
-- Mail is routed by address before any account is known, so an address serves one channel of the whole installation.
CREATE UNIQUE INDEX channel_account_address ON channel_account (address) WHERE type = 'email' AND deleted_at IS NULL;

-- The durable inbox: what was accepted from outside. The bytes are in blob.chunk under raw_sha256.
CREATE TABLE inbound_envelope (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  dedupe_key bytea NOT NULL,
  raw_sha256 bytea NOT NULL,
  received_at timestamptz NOT NULL,
  external_id text CHECK (external_id <> ''),
  -- Set while it waits in the quarantine.
  code text,
  reason text,
  sender text,
  subject text,
  attempts int NOT NULL DEFAULT 1,
  parked_at timestamptz,
  UNIQUE (account_id, channel_id, dedupe_key)
);
CREATE INDEX inbound_envelope_parked ON inbound_envelope (account_id, id) WHERE parked_at IS NOT NULL;

CREATE TABLE delivery (
  message_id uuid NOT NULL,
  attempt int NOT NULL,
  account_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  payload json NOT NULL,
  -- waiting → connecting → sending → sent | failed | unconfirmed | handed_over
  state text NOT NULL,
  tries int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  -- Grows with every claim: whoever holds an older one has lost the delivery and must not write.
  fence int NOT NULL DEFAULT 0,
  detail text,
  provider_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  PRIMARY KEY (message_id, attempt)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state IN ('waiting', 'connecting', 'sending');

-- Mail kept instead of sent, while no relay is set.
CREATE TABLE outbox_mail (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  sender text NOT NULL,
  recipients text[] NOT NULL,
  subject text NOT NULL,
  raw text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_mail_of_account ON outbox_mail (account_id, sent_at DESC);
