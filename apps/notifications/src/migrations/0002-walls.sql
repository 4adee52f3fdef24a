-- Every key begins with the account; row-level security keeps accounts apart (docs/access.md).
ALTER TABLE notification DROP CONSTRAINT notification_pkey, ADD PRIMARY KEY (account_id, id);
CALL access.wall('notification');
