-- Everything about one person, table by table, as a developer would collect it for them.
SELECT * FROM customer WHERE email = %(email)s;

SELECT * FROM address WHERE id = (SELECT address_id FROM customer WHERE email = %(email)s);

SELECT o.* FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.email = %(email)s;

SELECT * FROM address WHERE id IN (
  SELECT o.shipping_address_id FROM orders o JOIN customer c ON c.id = o.customer_id
  WHERE c.email = %(email)s);

SELECT i.* FROM order_item i JOIN orders o ON o.id = i.order_id
JOIN customer c ON c.id = o.customer_id WHERE c.email = %(email)s;

SELECT p.* FROM payment_card p JOIN customer c ON c.id = p.customer_id WHERE c.email = %(email)s;

SELECT * FROM visit WHERE email = %(email)s;

SELECT l.* FROM login l JOIN customer c ON c.id = l.customer_id WHERE c.email = %(email)s;

SELECT * FROM service_request WHERE email = %(email)s OR alt_email = %(email)s;

SELECT * FROM employee WHERE email = %(email)s;

SELECT * FROM address WHERE id = (SELECT address_id FROM employee WHERE email = %(email)s);

SELECT * FROM report WHERE email = %(email)s;
