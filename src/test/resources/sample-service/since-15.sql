CREATE TABLE tenant_notes (
  id integer PRIMARY KEY,
  tenant text NOT NULL,
  note text,
  CONSTRAINT one_note_each UNIQUE NULLS NOT DISTINCT (tenant, note)
);
ALTER TABLE tenant_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON tenant_notes USING (tenant = current_user) WITH CHECK (tenant = current_user);
CREATE POLICY audited ON tenant_notes FOR SELECT TO {auditor}, {reader} USING (note <> 'secret');
CREATE POLICY only_short ON tenant_notes AS RESTRICTIVE FOR INSERT TO {writer}
  WITH CHECK (length(note) < (SELECT 100 + count(*) FROM customers));
COMMENT ON POLICY own_notes ON tenant_notes IS 'everybody their own';
CREATE VIEW my_notes WITH (security_invoker = true) AS SELECT * FROM tenant_notes;
INSERT INTO tenant_notes VALUES (1, '{writer-name}', 'mine'), (2, '{reader-name}', 'secret'), (3, 'nobody', NULL);

CREATE TABLE owned_notes (id integer PRIMARY KEY, note text);
ALTER TABLE owned_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE owned_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY everything_for_the_owner ON owned_notes TO {owner} USING (true);
INSERT INTO owned_notes VALUES (1, 'even the owner obeys the policy');
