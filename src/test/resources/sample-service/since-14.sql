-- The body is kept parsed: it follows the table wherever it goes.
CREATE FUNCTION number_of_orders(who integer) RETURNS bigint
  LANGUAGE sql STABLE
  RETURN (SELECT count(*) FROM orders WHERE customer = who);

CREATE STATISTICS orders_by_day ON (date_trunc('day', placed AT TIME ZONE 'UTC')) FROM orders;
