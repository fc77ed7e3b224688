CREATE FUNCTION customer_label(c public.customers) RETURNS text
  LANGUAGE sql STABLE AS $$ SELECT c.name || ' <' || coalesce(c.email, '-') || '>' $$;
COMMENT ON FUNCTION customer_label(public.customers) IS 'used as customers.customer_label too';
-- A view checks the rights on its tables as its owner, those on its functions as whoever asks.
GRANT EXECUTE ON FUNCTION customer_label(public.customers) TO PUBLIC;

CREATE FUNCTION orders_of(who integer, since timestamp with time zone DEFAULT '2000-01-01 00:00+00')
  RETURNS SETOF public.orders
  LANGUAGE sql STABLE AS $$ SELECT * FROM orders WHERE customer = who AND placed >= since ORDER BY placed $$;

CREATE FUNCTION place_order(who public.customers.id%TYPE, what bigint[], at timestamp with time zone) RETURNS uuid
  LANGUAGE plpgsql AS $$
DECLARE
  placed_order public.orders%ROWTYPE;
BEGIN
  INSERT INTO public.orders (id, customer, placed, note)
    VALUES (md5('order ' || who || ' ' || extract(epoch FROM at)::bigint)::uuid, who, at, 'by place_order')
    RETURNING * INTO placed_order;
  INSERT INTO public.order_lines (order_id, line, product)
    SELECT placed_order.id, number, product FROM unnest(what) WITH ORDINALITY AS w (product, number);
  RETURN placed_order.id;
END $$;

CREATE FUNCTION next_document_number() RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  RETURN nextval('public.document_numbers');
END $$;
GRANT EXECUTE ON FUNCTION next_document_number() TO {writer};

CREATE PROCEDURE forget(who integer)
  LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM public.customers WHERE id = who;
END $$;

CREATE AGGREGATE newest(timestamp with time zone) (SFUNC = timestamptz_larger, STYPE = timestamp with time zone);

CREATE FUNCTION count_version() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER count_version BEFORE UPDATE OF name, email ON customers
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION count_version();

CREATE FUNCTION note_change() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE
  touched integer := 0;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT count(*) INTO touched FROM fresh;
  END IF;
  INSERT INTO public.changes (relation, operation, rows) VALUES (TG_RELID, TG_OP, touched);
  RETURN NULL;
END $$;
CREATE TRIGGER note_inserts AFTER INSERT ON orders
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_deletes AFTER DELETE OR TRUNCATE ON orders
  FOR EACH STATEMENT EXECUTE FUNCTION note_change();
ALTER TABLE orders ENABLE ALWAYS TRIGGER note_deletes;
COMMENT ON TRIGGER note_inserts ON orders IS 'with a transition table';

CREATE FUNCTION refuse() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is not for %', TG_TABLE_NAME, TG_ARGV[0]; END $$;
CREATE TRIGGER never_deleted BEFORE DELETE ON credit_notes
  FOR EACH ROW EXECUTE FUNCTION refuse('deleting');
CREATE TRIGGER switched_off BEFORE INSERT ON credit_notes
  FOR EACH ROW EXECUTE FUNCTION refuse('anything');
ALTER TABLE credit_notes DISABLE TRIGGER switched_off;
CREATE TRIGGER readings_stay BEFORE DELETE ON readings
  FOR EACH ROW WHEN (OLD.value > 1000) EXECUTE FUNCTION refuse('deleting');
CREATE CONSTRAINT TRIGGER has_lines AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.note = 'never') EXECUTE FUNCTION refuse('that');

CREATE VIEW order_totals AS
  SELECT o.id, customer_label(c) AS customer, sum(l.quantity * p.gross) AS total
    FROM orders o
    JOIN customers c ON c.id = o.customer
    LEFT JOIN order_lines l ON l.order_id = o.id
    LEFT JOIN products p ON p.id = l.product
   GROUP BY o.id, c.id;
CREATE VIEW large_orders (order_id, total) AS SELECT id, total FROM public.order_totals WHERE total > 20;
CREATE VIEW new_orders WITH (security_barrier) AS
  SELECT * FROM orders WHERE state = 'new' WITH LOCAL CHECK OPTION;
COMMENT ON VIEW order_totals IS 'what the accountants look at';
COMMENT ON COLUMN order_totals.total IS 'with tax';
GRANT SELECT ON large_orders TO PUBLIC;
GRANT SELECT (total) ON order_totals TO {auditor};

CREATE FUNCTION rename_product() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.products SET sku = NEW.sku WHERE id = OLD.id;
  RETURN NEW;
END $$;
CREATE VIEW catalogue AS SELECT id, sku FROM products WHERE NOT discontinued;
ALTER VIEW catalogue ALTER COLUMN sku SET DEFAULT 'NEW';
CREATE TRIGGER rename_product INSTEAD OF UPDATE ON catalogue FOR EACH ROW EXECUTE FUNCTION rename_product();
CREATE RULE add_product AS ON INSERT TO catalogue
  DO INSTEAD INSERT INTO products (sku, price) VALUES (NEW.sku, 0);
CREATE RULE note_invoice AS ON DELETE TO invoices
  DO ALSO INSERT INTO changes (relation, operation, rows) VALUES ('invoices', 'RULE', 1);
CREATE RULE price_lists_stay AS ON DELETE TO price_lists WHERE OLD.id = 1 DO INSTEAD NOTHING;
COMMENT ON RULE note_invoice ON invoices IS 'a rule, from before there were triggers';

CREATE MATERIALIZED VIEW sales_by_product AS
  SELECT product, sum(quantity) AS sold FROM order_lines GROUP BY product WITH NO DATA;
CREATE UNIQUE INDEX sales_by_product_key ON sales_by_product (product);
