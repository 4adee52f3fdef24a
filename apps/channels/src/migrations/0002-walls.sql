-- Every key begins with the account; row-level security keeps accounts apart (docs/access.md).
ALTER TABLE channel_account DROP CONSTRAINT channel_account_pkey, ADD PRIMARY KEY (account_id, id);
-- Doors are asked by channel id before the account is known.
CREATE INDEX channel_account_id ON channel_account (id);
ALTER TABLE inbound_envelope DROP CONSTRAINT inbound_envelope_pkey, ADD PRIMARY KEY (account_id, id);
ALTER TABLE delivery DROP CONSTRAINT delivery_pkey, ADD PRIMARY KEY (account_id, message_id, attempt);
ALTER TABLE outbox_mail DROP CONSTRAINT outbox_mail_pkey, ADD PRIMARY KEY (account_id, id);

CALL access.wall('channel_account', shared_work => true);
CALL access.wall('inbound_envelope');
CALL access.wall('delivery', shared_work => true);
CALL access.wall('outbox_mail');
