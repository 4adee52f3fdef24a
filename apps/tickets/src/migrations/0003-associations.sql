-- Many contacts and companies to a ticket; the first of each is on the ticket's own row as well, for lists.
DROP INDEX ticket_contact;
CREATE TABLE ticket_contact (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  position int NOT NULL,
  PRIMARY KEY (account_id, contact_id, ticket_id)
);
CREATE INDEX ticket_contact_of_ticket ON ticket_contact (account_id, ticket_id, position);
CREATE TABLE ticket_company (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  company_id uuid NOT NULL,
  position int NOT NULL,
  PRIMARY KEY (account_id, company_id, ticket_id)
);
CREATE INDEX ticket_company_of_ticket ON ticket_company (account_id, ticket_id, position);

-- The owner is held to row-level security too, and sees no account here.
ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
INSERT INTO ticket_contact (account_id, ticket_id, contact_id, position) SELECT account_id, id, contact_id, 0 FROM ticket WHERE contact_id IS NOT NULL;
INSERT INTO ticket_company (account_id, ticket_id, company_id, position) SELECT account_id, id, company_id, 0 FROM ticket WHERE company_id IS NOT NULL;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
CALL access.wall_by_ticket('ticket_contact');
CALL access.wall_by_ticket('ticket_company');

CREATE INDEX ticket_trash ON ticket (account_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NOT NULL;
