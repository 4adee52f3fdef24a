CREATE TABLE company (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE company_domain (
  account_id uuid NOT NULL,
  domain text NOT NULL CHECK (domain <> ''),
  company_id uuid NOT NULL REFERENCES company (id),
  PRIMARY KEY (account_id, domain)
);

CREATE TABLE contact (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  name text NOT NULL,
  company_id uuid REFERENCES company (id),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE contact_address (
  account_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('email', 'phone', 'handle')),
  value text NOT NULL CHECK (value <> ''),
  contact_id uuid NOT NULL,
  undeliverable_at timestamptz,
  PRIMARY KEY (account_id, kind, value)
);
CREATE INDEX contact_address_of_contact ON contact_address (contact_id);

-- The conversation's side of a ticket: the order of its entries, and whether new messages may join it.
CREATE TABLE ticket_thread (
  ticket_id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  number int,
  last_seq int NOT NULL DEFAULT 0,
  -- seq of the last public message: what a reply was written against.
  thread_version int NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'deleted', 'spam')),
  -- Closed: until when a customer's message reopens it; null = for ever.
  reopen_until timestamptz,
  ticket_version int NOT NULL DEFAULT 0
);
CREATE INDEX ticket_thread_number ON ticket_thread (account_id, number) WHERE number IS NOT NULL;

CREATE TABLE conversation (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  channel_type text NOT NULL,
  team_id uuid,
  -- The adapter's thread id, or `kind:address` of the counterpart.
  thread text,
  contact_id uuid,
  counterpart_kind text,
  counterpart_value text,
  counterpart_name text,
  -- Mail addresses that take part, lower case.
  participants text[] NOT NULL DEFAULT '{}',
  subject text,
  is_automatic boolean NOT NULL DEFAULT false,
  via_channel_ids uuid[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversation_of_ticket ON conversation (ticket_id);
CREATE INDEX conversation_thread ON conversation (account_id, channel_id, thread, created_at DESC) WHERE thread IS NOT NULL;
CREATE INDEX conversation_automatic ON conversation (account_id, counterpart_value, created_at) WHERE is_automatic;
CREATE INDEX conversation_contact ON conversation (contact_id) WHERE contact_id IS NOT NULL;

-- Public messages and what is shown between them. Comments live in a table of their own, which nothing that renders for customers may read.
CREATE TABLE message (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  conversation_id uuid,
  channel_id uuid,
  seq int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('message', 'call', 'form', 'event')),
  direction text NOT NULL CHECK (direction IN ('in', 'out', 'internal')),
  author_type text NOT NULL CHECK (author_type IN ('contact', 'user', 'system')),
  author_id uuid,
  author_name text NOT NULL,
  author_address text,
  recipients json,
  subject text,
  -- The new part; `full_text` is set only where quote or signature is folded away.
  text text NOT NULL,
  full_text text,
  html text,
  attachment_count int NOT NULL DEFAULT 0,
  envelope_id uuid UNIQUE,
  -- Message-ID without <>, or the adapter's id: what later messages refer to.
  external_id text CHECK (external_id <> ''),
  in_reply_to text,
  reference_ids text[],
  content_hash text,
  raw_sha256 text,
  state text,
  state_detail text,
  delivery_attempt int NOT NULL DEFAULT 0,
  send_at timestamptz,
  is_automatic boolean NOT NULL DEFAULT false,
  flags text[],
  decision json,
  -- Facts of a call, fields of a form, changes of an event.
  facts json,
  move_to_stage_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (ticket_id, seq)
);
CREATE INDEX message_external ON message (account_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE attachment (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  -- Null while it is uploaded and not yet sent.
  message_id uuid,
  uploaded_by uuid,
  filename text NOT NULL,
  content_type text NOT NULL,
  size bigint NOT NULL,
  sha256 text NOT NULL,
  is_inline boolean NOT NULL,
  content_id text,
  position int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachment_of_message ON attachment (message_id) WHERE message_id IS NOT NULL;

-- Copy of the channels' facts, kept by channel.changed.
CREATE TABLE channel_copy (
  channel_id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  version int NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  address text,
  is_usable boolean NOT NULL,
  auto_reply_subject text,
  auto_reply_html text
);
CREATE INDEX channel_copy_of_account ON channel_copy (account_id, type);

-- One automatic answer per address and channel in 24 hours (D-43).
CREATE TABLE auto_reply_sent (
  account_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  address text NOT NULL,
  sent_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, channel_id, address)
);
