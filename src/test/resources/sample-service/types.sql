CREATE TYPE order_state AS ENUM ('new', 'paid', 'it''s sent', 'zurückgesandt');
CREATE TYPE "Priority" AS ENUM ('low', 'high');
CREATE DOMAIN email AS text CONSTRAINT email_has_an_at CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN "Short text" AS varchar(40) DEFAULT 'none' NOT NULL CHECK (btrim(VALUE) <> '');
CREATE TYPE address AS (street text, city text, zip varchar(10));
CREATE TYPE period AS RANGE (subtype = date);

-- Two tables draw from it, none owns it.
CREATE SEQUENCE document_numbers START 1000 INCREMENT 5;

COMMENT ON TYPE order_state IS 'what can become of an order';
COMMENT ON DOMAIN email IS 'checked by the database, not only by the form';
COMMENT ON SEQUENCE document_numbers IS 'of invoices and credit notes alike';
