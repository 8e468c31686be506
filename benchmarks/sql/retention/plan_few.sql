-- The same answers as plan.sql when few rows go: counted by index, one small question per step.
SELECT count(*), min(relation_ended) FROM customer
WHERE relation_ended < date '2020-06-01' AND invoiced_on < date '2018-01-01'
  AND last_contact < date '2023-06-01';

SELECT count(*), min(relation_ended) FROM customer
WHERE relation_ended < date '2020-06-01' AND num_nonnulls(name, email, phone, address) > 0
  AND (invoiced_on < date '2018-01-01' AND last_contact < date '2023-06-01') IS NOT TRUE;

SELECT count(*), min(invoiced_on) FROM customer
WHERE invoiced_on < date '2018-01-01' AND num_nonnulls(iban, vat_number, invoice_address) > 0
  AND (relation_ended < date '2020-06-01' AND last_contact < date '2023-06-01') IS NOT TRUE;

SELECT count(*), min(last_contact) FROM customer
WHERE last_contact < date '2023-06-01' AND num_nonnulls(segment, interests) > 0
  AND (relation_ended < date '2020-06-01' AND invoiced_on < date '2018-01-01') IS NOT TRUE;

SELECT count(*) FROM customer WHERE invoiced_on IS NULL;
