CREATE TABLE readings (
  id bigserial NOT NULL,
  region text NOT NULL,
  at date NOT NULL,
  value double precision CHECK (value > -274),
  customer integer REFERENCES customers,
  PRIMARY KEY (at, region, id)
) PARTITION BY RANGE (at);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
  PARTITION BY LIST (region);
CREATE TABLE readings_2025_north PARTITION OF readings_2025 FOR VALUES IN ('north', 'nördlich');
CREATE TABLE readings_2025_other PARTITION OF readings_2025 DEFAULT;
CREATE TABLE readings_default PARTITION OF readings DEFAULT;
CREATE INDEX readings_value_idx ON readings (value) WHERE value > 30;
ALTER TABLE readings_2024 ALTER COLUMN value SET DEFAULT 0;
COMMENT ON TABLE readings_2025_north IS 'a partition with a comment and a right of its own';
GRANT DELETE ON readings_2025_north TO {writer};

CREATE TABLE visits (
  country char(2) NOT NULL,
  "day" date NOT NULL,
  visitors integer DEFAULT 0 NOT NULL,
  PRIMARY KEY (country, "day")
) PARTITION BY LIST (country);
CREATE TABLE visits_at PARTITION OF visits FOR VALUES IN ('AT');
CREATE TABLE visits_others PARTITION OF visits FOR VALUES IN ('DE', 'CH');

CREATE TABLE web_sessions (
  id uuid PRIMARY KEY,
  customer integer REFERENCES customers,
  data jsonb
) PARTITION BY HASH (id);
CREATE TABLE web_sessions_0 PARTITION OF web_sessions FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE web_sessions_1 PARTITION OF web_sessions FOR VALUES WITH (MODULUS 2, REMAINDER 1);
