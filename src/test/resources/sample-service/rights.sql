GRANT SELECT ON customers, products, orders, order_lines TO {reader};
GRANT SELECT, INSERT, UPDATE, DELETE ON customers, orders, order_lines, "Größe & Maß" TO {writer};
GRANT SELECT, UPDATE ON invoices TO {auditor} WITH GRANT OPTION;
GRANT TRUNCATE, REFERENCES, TRIGGER ON price_lists TO {writer};
GRANT SELECT ON products TO PUBLIC;
GRANT SELECT (id, number), UPDATE (paid_in) ON invoices TO {reader};
GRANT SELECT (code) ON coupons TO {writer} WITH GRANT OPTION;
GRANT SELECT ("it's ""quoted""") ON "Größe & Maß" TO PUBLIC;
-- Even the owner may have taken a right from himself.
REVOKE TRUNCATE ON invoices FROM {owner};
GRANT USAGE ON SEQUENCE document_numbers, customers_id_seq TO {writer};
GRANT SELECT ON SEQUENCE coupon_codes TO {reader};
REVOKE USAGE ON TYPE order_state FROM PUBLIC;
GRANT USAGE ON TYPE order_state TO {writer};

-- Tables that come from now on have these rights, those so far have not.
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT INSERT, UPDATE ON TABLES TO {writer};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {writer};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {auditor} WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
