-- Whether the reader may still see the ticket is asked of tickets at the moment of reading; a copy would only grow old.
ALTER TABLE notification DROP COLUMN owner_id, DROP COLUMN team_id;
