-- One person's erasure on 15 January 2026, in one transaction. The law wants orders of 2019 and
-- later (7 years after the end of their year); deliveries and cards are needed for a year, closed
-- questions for two. Addresses and cards go before the orders that lead to them.
UPDATE address SET house = NULL, street = NULL, city = NULL, state = NULL, zip = NULL
WHERE id IN (SELECT shipping_address_id FROM orders WHERE customer_id = %(id)s)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.shipping_address_id = address.id
                  AND o.ordered_at >= timestamp '2019-01-01');

UPDATE address SET house = NULL, street = NULL, city = NULL, state = NULL, zip = NULL
WHERE id = (SELECT address_id FROM customer WHERE id = %(id)s)
  AND NOT EXISTS (SELECT FROM customer c JOIN orders o ON o.customer_id = c.id
                  WHERE c.address_id = address.id AND o.ordered_at >= timestamp '2019-01-01');

DELETE FROM visit WHERE email = %(email)s;

DELETE FROM login WHERE customer_id = %(id)s;

DELETE FROM service_request
WHERE (email = %(email)s OR alt_email = %(email)s) AND closed < date '2024-01-15';

DELETE FROM order_item i USING orders o
WHERE o.id = i.order_id AND o.customer_id = %(id)s AND o.ordered_at < timestamp '2019-01-01';

DELETE FROM orders WHERE customer_id = %(id)s AND ordered_at < timestamp '2019-01-01';

DELETE FROM payment_card p WHERE customer_id = %(id)s
  AND NOT EXISTS (SELECT FROM orders o WHERE o.payment_card_id = p.id);

UPDATE payment_card p SET name = NULL, ccn = NULL, code = NULL WHERE customer_id = %(id)s
  AND NOT EXISTS (SELECT FROM orders o WHERE o.payment_card_id = p.id
                  AND o.ordered_at >= timestamp '2025-01-15');

UPDATE orders SET note = NULL
WHERE customer_id = %(id)s AND ordered_at < timestamp '2025-01-15' AND note IS NOT NULL;

UPDATE customer c SET email = NULL WHERE id = %(id)s
  AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id
                  AND o.ordered_at >= timestamp '2025-01-15');

DELETE FROM customer c WHERE id = %(id)s
  AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM payment_card p WHERE p.customer_id = c.id);
