-- Contacts and companies are found by any part of what they are called, and by names that look like what was typed.
CREATE INDEX contact_name_parts ON contact USING gin (account_id, name gin_trgm_ops);
CREATE INDEX contact_address_parts ON contact_address USING gin (account_id, value gin_trgm_ops);
CREATE INDEX company_name_parts ON company USING gin (account_id, name gin_trgm_ops);
CREATE INDEX company_domain_parts ON company_domain USING gin (account_id, domain gin_trgm_ops);

-- Row-level security lets nobody go by these indexes: their operators might tell of rows of others. So they are asked as the owner
-- (libs/platform/src/database/roles.ts lets him), within the account alone, and give ids.
-- No more than `most` of each kind, in no order. `digits`: part of a phone number, '' = none.
CREATE FUNCTION contact_hits(part text, digits text, most int) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off AS $$
  (SELECT p.id FROM conversations.contact p WHERE p.account_id = (SELECT access.account()) AND p.name ILIKE part LIMIT most)
  UNION ALL (SELECT a.contact_id FROM conversations.contact_address a
    WHERE a.account_id = (SELECT access.account()) AND a.value ILIKE part LIMIT most)
  UNION ALL (SELECT a.contact_id FROM conversations.contact_address a
    WHERE a.account_id = (SELECT access.account()) AND a.value LIKE digits AND a.kind = 'phone' LIMIT CASE WHEN digits = '' THEN 0 ELSE most END)
$$;
CREATE FUNCTION similar_contacts(given text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off SET pg_trgm.word_similarity_threshold = 0.5 AS $$
  SELECT p.id FROM conversations.contact p WHERE p.account_id = (SELECT access.account()) AND given <% p.name
  ORDER BY word_similarity(given, p.name) DESC, p.id DESC LIMIT 50
$$;

CREATE FUNCTION company_hits(part text, most int) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off AS $$
  (SELECT c.id FROM conversations.company c WHERE c.account_id = (SELECT access.account()) AND c.name ILIKE part LIMIT most)
  UNION ALL (SELECT d.company_id FROM conversations.company_domain d
    WHERE d.account_id = (SELECT access.account()) AND d.domain ILIKE part LIMIT most)
$$;
CREATE FUNCTION similar_companies(given text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off SET pg_trgm.word_similarity_threshold = 0.5 AS $$
  SELECT c.id FROM conversations.company c WHERE c.account_id = (SELECT access.account()) AND given <% c.name
  ORDER BY word_similarity(given, c.name) DESC, c.id DESC LIMIT 50
$$;
