-- What tickets are found by (docs/search.md). Words as they are compared: without accents, in small letters, in their order, one blank between
-- them. Told apart by character, not by PostgreSQL's parser, which keeps addresses and file names in one piece.
CREATE FUNCTION search_plain(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    lower(replace(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]+', '', 'g'), 'ß', 'ss')),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u2e00-\u2e7f\u3000-\u303f\ufffd]+', ' ', 'g'))
$$;

-- Each word once. What is longer than 60 characters is no word that anybody types.
CREATE FUNCTION search_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT left(w, 60)), '{}') FROM string_to_table(tickets.search_plain(given), ' ') w WHERE w <> ''
$$;

-- One row for each public message, and one with the ticket's own id for what stands on the ticket itself.
CREATE TABLE search_text (
  account_id uuid NOT NULL,
  message_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  text text NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (account_id, message_id),
  FOREIGN KEY (account_id, ticket_id) REFERENCES ticket (account_id, id) ON DELETE CASCADE
);
CREATE INDEX search_text_of_ticket ON search_text (account_id, ticket_id);
-- What is added waits in a list that every search reads: kept short.
CREATE INDEX search_text_words ON search_text USING gin (account_id, words) WITH (gin_pending_list_limit = 1024);

-- The words of an account, against which misspelt ones are held.
CREATE TABLE search_word (
  account_id uuid NOT NULL,
  word text NOT NULL,
  PRIMARY KEY (account_id, word)
);
CREATE INDEX search_word_similar ON search_word USING gin (account_id, word gin_trgm_ops);

CREATE FUNCTION take_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found_words text[] := tickets.search_words(NEW.text);
BEGIN
  NEW.words := array_to_tsvector(found_words);
  -- Numbers and codes are not misspelt words. In their order, so that no two transactions wait for each other.
  INSERT INTO tickets.search_word (account_id, word)
    SELECT NEW.account_id, w FROM unnest(found_words) w WHERE length(w) BETWEEN 4 AND 30 AND w !~ '[0-9]' ORDER BY w
    ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;
CREATE TRIGGER take_search_words BEFORE INSERT OR UPDATE OF text ON search_text
  FOR EACH ROW EXECUTE FUNCTION take_search_words();

-- Name, contact and what stands in properties that hold text.
CREATE FUNCTION search_text_of(t ticket) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT left(concat_ws(E'\n', t.name, t.contact_name, CASE WHEN t.properties <> '{}' THEN (
    SELECT string_agg(CASE jsonb_typeof(v.value) WHEN 'array' THEN (SELECT string_agg(x, ', ') FROM jsonb_array_elements_text(v.value) x)
      ELSE v.value #>> '{}' END, E'\n' ORDER BY p.name)
    FROM jsonb_each(t.properties) v JOIN tickets.property p ON p.account_id = t.account_id AND p.name = v.key
    WHERE p.type IN ('text', 'long_text', 'url', 'select', 'multi_select')) END), 8000)
$$;
CREATE FUNCTION keep_ticket_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tickets.search_text (account_id, message_id, ticket_id, text)
    VALUES (NEW.account_id, NEW.id, NEW.id, tickets.search_text_of(NEW))
    ON CONFLICT (account_id, message_id) DO UPDATE SET text = excluded.text;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_ticket_text AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION keep_ticket_text();
CREATE TRIGGER keep_changed_ticket_text AFTER UPDATE OF name, contact_name, properties ON ticket FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.contact_name IS DISTINCT FROM NEW.contact_name OR OLD.properties IS DISTINCT FROM NEW.properties)
  EXECUTE FUNCTION keep_ticket_text();

-- The owner is held to row-level security too, and would see nothing here.
ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
ALTER TABLE property NO FORCE ROW LEVEL SECURITY;
INSERT INTO search_text (account_id, message_id, ticket_id, text) SELECT t.account_id, t.id, t.id, tickets.search_text_of(t) FROM ticket t;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
ALTER TABLE property FORCE ROW LEVEL SECURITY;
CALL access.wall_by_ticket('search_text');
CALL access.wall('search_word');

-- Row-level security lets nobody go by an index of words or of similar words: their operators might tell of rows he may not see. So these two
-- are asked as the owner (libs/platform/src/database/roles.ts lets him), within the account alone. They give ids and words that are held to the
-- asking person's sight before he is shown anything.
-- The tickets of rows that hold what is wanted, no more than `most` rows, in no order.
CREATE FUNCTION search_hits(wanted tsquery, most int) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off AS $$
  SELECT s.ticket_id FROM tickets.search_text s WHERE s.account_id = (SELECT access.account()) AND s.words @@ wanted LIMIT most
$$;

-- Words of the account that look like this one, the most similar first.
CREATE FUNCTION similar_words(given text) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path FROM CURRENT SET enable_seqscan = off SET pg_trgm.similarity_threshold = 0.25 AS $$
  SELECT w.word FROM tickets.search_word w
  WHERE w.account_id = (SELECT access.account()) AND w.word % given AND length(w.word) BETWEEN length(given) - 2 AND length(given) + 2
  ORDER BY similarity(w.word, given) DESC, w.word LIMIT 50
$$;
