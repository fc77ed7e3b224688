INSERT INTO flyway_schema_history VALUES
  (1, '1', 'init', 'SQL', 'V1__init.sql', 1234567, 'service', '2020-01-01 00:00', 12, true),
  (2, '2', 'orders', 'SQL', 'V2__orders.sql', -7654321, 'service', '2020-02-01 00:00', 34, true);

INSERT INTO customers (email, name, home, former_homes, tags, profile, referred_by, created) VALUES
  ('anna@example.org', 'Anna', ROW('Hauptstraße 1', 'Wien', '1010'), NULL, '{vip,"a, b"}', '{"newsletter": true}', NULL, '2020-01-01 10:00+00'),
  ('bob@example.org', 'Bob "the ''builder''"', NULL, ARRAY[ROW('A', 'B', NULL), ROW('C, D', '', 'x')]::address[], '{}', '{"n": [1, null, "é"]}', 1, '2020-01-02 10:00+00'),
  (NULL, 'Ćirić', ROW(NULL, NULL, NULL), '{}', '{"",NULL}', '{}', 2, '2020-01-03 10:00+00');
INSERT INTO products (sku, price, designed_by, discontinued) VALUES
  ('TEA-1', 3.50, NULL, false), ('CUP-2', 12.00, 1, false), ('POT-3', 49.90, 2, true);
UPDATE customers SET favourite = 2, name = name || '!' WHERE id = 1;

SELECT place_order(1, '{1,2}', '2020-03-01 12:00+00');
SELECT place_order(2, '{3}', '2020-03-02 12:00+00');
INSERT INTO orders VALUES (md5('empty')::uuid, 3, 'zurückgesandt', 'high', '2020-03-03 12:00+00', 'empty');
UPDATE orders SET state = 'it''s sent', "Priority" = 'low' WHERE customer = 2;
UPDATE order_lines SET quantity = 3 WHERE product = 1;
INSERT INTO parcels (order_id, line) SELECT order_id, line FROM order_lines ORDER BY product;
INSERT INTO invoices (order_id, paid_in)
  SELECT id, CASE customer WHEN 1 THEN '[2020-03-01,2020-04-01)'::period END FROM orders ORDER BY placed;
INSERT INTO credit_notes (invoice) SELECT id FROM invoices WHERE paid_in IS NULL ORDER BY id LIMIT 1;
INSERT INTO price_lists VALUES (1, '[2020-01-01,2021-01-01)'), (2, '[2021-01-01,)');
INSERT INTO coupons (percent) VALUES (10), (12.5);
INSERT INTO "Größe & Maß" VALUES (1, 'XL', DEFAULT, NULL), (2, 'it''s "M"', NULL, 1);

INSERT INTO documents (id, title) VALUES (1, 'a note');
INSERT INTO letters (id, title, recipient) VALUES (2, 'a letter', 'Anna');
INSERT INTO contracts (id, title, signed) VALUES (3, 'a contract', true);
INSERT INTO page_cache VALUES ('/', '\x00ff'), ('/größe', NULL);

INSERT INTO readings (region, at, value, customer) VALUES
  ('north', '2024-06-01', 21.5, 1), ('north', '2025-06-01', 31, 2), ('nördlich', '2025-07-01', -3.25, NULL),
  ('south', '2025-06-01', 40, NULL), ('south', '1999-12-31', NULL, 3);
INSERT INTO visits VALUES ('AT', '2025-01-01', 10), ('CH', '2025-01-01', 20), ('DE', '2025-01-01', 30);
INSERT INTO web_sessions SELECT md5(n::text)::uuid, 1 + n % 3, jsonb_build_object('n', n) FROM generate_series(1, 8) n;

REFRESH MATERIALIZED VIEW sales_by_product;
