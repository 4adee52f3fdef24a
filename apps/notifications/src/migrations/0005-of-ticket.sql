-- When a ticket goes for good, what was told of it goes too.
CREATE INDEX notification_of_ticket ON notification (account_id, ticket_id);
