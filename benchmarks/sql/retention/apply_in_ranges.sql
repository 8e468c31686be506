-- The fastest form found for many rows: each statement runs over ranges of pages, each range its
-- own transaction. Deletions first, then one UPDATE per group of columns.
DELETE FROM customer
WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
  AND relation_ended < date '2020-06-01' AND invoiced_on < date '2018-01-01'
  AND last_contact < date '2023-06-01';

UPDATE customer SET name = NULL, email = NULL, phone = NULL, address = NULL
WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
  AND relation_ended < date '2020-06-01' AND num_nonnulls(name, email, phone, address) > 0;

UPDATE customer SET iban = NULL, vat_number = NULL, invoice_address = NULL
WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
  AND invoiced_on < date '2018-01-01' AND num_nonnulls(iban, vat_number, invoice_address) > 0;

UPDATE customer SET segment = NULL, interests = NULL
WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
  AND last_contact < date '2023-06-01' AND num_nonnulls(segment, interests) > 0;
