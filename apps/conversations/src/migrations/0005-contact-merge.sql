-- A record that was merged stays, and leads to the one it has become: whatever still names it finds that one. Never a chain.
ALTER TABLE contact ADD COLUMN merged_into uuid, ADD FOREIGN KEY (account_id, merged_into) REFERENCES contact (account_id, id);
CREATE INDEX contact_merged ON contact (account_id, merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE company ADD COLUMN merged_into uuid, ADD FOREIGN KEY (account_id, merged_into) REFERENCES company (account_id, id);
CREATE INDEX company_merged ON company (account_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contact_of_company ON contact (account_id, company_id) WHERE company_id IS NOT NULL;
CREATE INDEX company_domain_of_company ON company_domain (account_id, company_id);

-- What was said with somebody: in his conversations, and by him in those of others. The first one also finds what a form was filled in with.
CREATE INDEX message_of_conversation ON message (account_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX message_by_contact ON message (account_id, author_id) WHERE author_type = 'contact';
-- An entry that stands for a message of another ticket, which stays where it is.
ALTER TABLE message ADD COLUMN refers_to uuid;

-- The agent to whom the contact's tickets go, where a channel is set up so.
ALTER TABLE contact ADD COLUMN owner_id uuid;
