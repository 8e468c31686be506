-- The same for many people at once, set-based: erase_one.sql tells why each statement is as it is.
UPDATE address SET house = NULL, street = NULL, city = NULL, state = NULL, zip = NULL
WHERE id IN (SELECT shipping_address_id FROM orders WHERE customer_id = ANY(%(id)s))
  AND NOT EXISTS (SELECT FROM orders o WHERE o.shipping_address_id = address.id
                  AND o.ordered_at >= timestamp '2019-01-01');

UPDATE address SET house = NULL, street = NULL, city = NULL, state = NULL, zip = NULL
WHERE id IN (SELECT address_id FROM customer WHERE id = ANY(%(id)s))
  AND NOT EXISTS (SELECT FROM customer c JOIN orders o ON o.customer_id = c.id
                  WHERE c.address_id = address.id AND o.ordered_at >= timestamp '2019-01-01');

DELETE FROM visit WHERE email = ANY(%(email)s);

DELETE FROM login WHERE customer_id = ANY(%(id)s);

DELETE FROM service_request
WHERE (email = ANY(%(email)s) OR alt_email = ANY(%(email)s)) AND closed < date '2024-01-15';

DELETE FROM order_item i USING orders o
WHERE o.id = i.order_id AND o.customer_id = ANY(%(id)s) AND o.ordered_at < timestamp '2019-01-01';

DELETE FROM orders WHERE customer_id = ANY(%(id)s) AND ordered_at < timestamp '2019-01-01';

DELETE FROM payment_card p WHERE customer_id = ANY(%(id)s)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.payment_card_id = p.id);

UPDATE payment_card p SET name = NULL, ccn = NULL, code = NULL WHERE customer_id = ANY(%(id)s)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.payment_card_id = p.id
                  AND o.ordered_at >= timestamp '2025-01-15');

UPDATE orders SET note = NULL
WHERE customer_id = ANY(%(id)s) AND ordered_at < timestamp '2025-01-15' AND note IS NOT NULL;

UPDATE customer c SET email = NULL WHERE id = ANY(%(id)s)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id
                  AND o.ordered_at >= timestamp '2025-01-15');

DELETE FROM customer c WHERE id = ANY(%(id)s)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM payment_card p WHERE p.customer_id = c.id);
