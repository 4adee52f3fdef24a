-- Every key begins with the account; row-level security keeps accounts apart (docs/access.md).
ALTER TABLE company_domain DROP CONSTRAINT company_domain_company_id_fkey;
ALTER TABLE contact DROP CONSTRAINT contact_company_id_fkey;
ALTER TABLE company DROP CONSTRAINT company_pkey, ADD PRIMARY KEY (account_id, id);
ALTER TABLE company_domain ADD FOREIGN KEY (account_id, company_id) REFERENCES company (account_id, id);
ALTER TABLE contact
  DROP CONSTRAINT contact_pkey, ADD PRIMARY KEY (account_id, id),
  ADD FOREIGN KEY (account_id, company_id) REFERENCES company (account_id, id);
DROP INDEX contact_address_of_contact;
CREATE INDEX contact_address_of_contact ON contact_address (account_id, contact_id);
ALTER TABLE ticket_thread DROP CONSTRAINT ticket_thread_pkey, ADD PRIMARY KEY (account_id, ticket_id);
ALTER TABLE conversation DROP CONSTRAINT conversation_pkey, ADD PRIMARY KEY (account_id, id);
DROP INDEX conversation_of_ticket;
CREATE INDEX conversation_of_ticket ON conversation (account_id, ticket_id);
DROP INDEX conversation_contact;
CREATE INDEX conversation_contact ON conversation (account_id, contact_id) WHERE contact_id IS NOT NULL;
ALTER TABLE message
  DROP CONSTRAINT message_pkey, ADD PRIMARY KEY (account_id, id),
  DROP CONSTRAINT message_envelope_id_key, ADD UNIQUE (account_id, envelope_id),
  DROP CONSTRAINT message_ticket_id_seq_key, ADD UNIQUE (account_id, ticket_id, seq);
ALTER TABLE attachment DROP CONSTRAINT attachment_pkey, ADD PRIMARY KEY (account_id, id);
DROP INDEX attachment_of_message;
CREATE INDEX attachment_of_message ON attachment (account_id, message_id) WHERE message_id IS NOT NULL;
ALTER TABLE channel_copy DROP CONSTRAINT channel_copy_pkey, ADD PRIMARY KEY (account_id, channel_id);

-- What agents write for each other. The service's own role has no right on these two tables; only the role of the agents' features has
-- (libs/platform/src/database/roles.ts), so nothing that renders for customers can read them.
CREATE TABLE comment (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  seq int NOT NULL,
  author_id uuid NOT NULL,
  author_name text NOT NULL,
  text text NOT NULL,
  html text,
  mentions uuid[] NOT NULL DEFAULT '{}',
  attachment_count int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, ticket_id, seq)
);
CREATE TABLE draft (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tab text NOT NULL CHECK (tab IN ('reply', 'comment')),
  revision int NOT NULL,
  content json NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, ticket_id, user_id, tab)
);
ALTER TABLE attachment ADD COLUMN comment_id uuid;
CREATE INDEX attachment_of_comment ON attachment (account_id, comment_id) WHERE comment_id IS NOT NULL;

CALL access.wall('company');
CALL access.wall('company_domain');
CALL access.wall('contact');
CALL access.wall('contact_address');
CALL access.wall('ticket_thread');
CALL access.wall('conversation');
CALL access.wall('message');
CALL access.wall('attachment');
CALL access.wall('channel_copy');
CALL access.wall('auto_reply_sent');
CALL access.wall('comment');
CALL access.wall('draft');
-- Who may not read comments does not see their files either.
CREATE POLICY comment_wall ON attachment AS RESTRICTIVE
  USING (comment_id IS NULL OR (SELECT has_table_privilege('conversations.comment', 'SELECT')));
