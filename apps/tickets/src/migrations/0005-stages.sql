-- Statuses and pipelines come and go: a ticket is always in one that is there. The index finds the tickets of a status, for boards too.
CREATE INDEX ticket_stage ON ticket (account_id, stage_id, last_activity_at DESC, id DESC);
-- The owner is held to row-level security too, and would check no row here.
ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
ALTER TABLE stage NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ticket ADD CONSTRAINT ticket_stage_is_there FOREIGN KEY (account_id, stage_id) REFERENCES stage (account_id, id);
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
ALTER TABLE stage FORCE ROW LEVEL SECURITY;
