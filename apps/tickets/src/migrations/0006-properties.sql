-- What accounts add to tickets; the values lie on the ticket, by the property's name.
CREATE TABLE property (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  label text NOT NULL,
  type text NOT NULL,
  options jsonb NOT NULL DEFAULT '[]',
  required boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, name)
);
CALL access.wall('property');
ALTER TABLE ticket ADD COLUMN properties jsonb NOT NULL DEFAULT '{}';

-- Names of properties that must not be empty on a ticket that an agent moves here.
ALTER TABLE stage ADD COLUMN required_properties text[] NOT NULL DEFAULT '{}';

-- The create form as it was published, each time anew.
CREATE TABLE create_form (
  account_id uuid NOT NULL,
  version int NOT NULL,
  form jsonb NOT NULL,
  published_by uuid NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, version)
);
CALL access.wall('create_form');
