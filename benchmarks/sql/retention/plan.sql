-- What retention would do on 1 June 2025, in one pass over the table: rows and oldest date of each
-- step, and the rows of which it is unknown. Service: 5 years after the relation's end. Billing: 7
-- years after the end of the invoice's year. Marketing: 2 years after the last contact.
SELECT
  count(*) FILTER (WHERE service AND billing AND marketing) AS gone,
  min(relation_ended) FILTER (WHERE service AND billing AND marketing) AS gone_oldest,
  count(*) FILTER (WHERE service AND holds_service AND NOT (billing AND marketing)) AS service,
  min(relation_ended) FILTER (WHERE service AND holds_service AND NOT (billing AND marketing))
    AS service_oldest,
  count(*) FILTER (WHERE billing AND holds_billing AND NOT (service AND marketing)) AS billing,
  min(invoiced_on) FILTER (WHERE billing AND holds_billing AND NOT (service AND marketing))
    AS billing_oldest,
  count(*) FILTER (WHERE marketing AND holds_marketing AND NOT (service AND billing)) AS marketing,
  min(last_contact) FILTER (WHERE marketing AND holds_marketing AND NOT (service AND billing))
    AS marketing_oldest,
  count(*) FILTER (WHERE invoiced_on IS NULL) AS undated
FROM (
  SELECT relation_ended, invoiced_on, last_contact,
    coalesce(relation_ended < date '2020-06-01', false) AS service,
    coalesce(invoiced_on < date '2018-01-01', false) AS billing,
    last_contact < date '2023-06-01' AS marketing,
    num_nonnulls(name, email, phone, address) > 0 AS holds_service,
    num_nonnulls(iban, vat_number, invoice_address) > 0 AS holds_billing,
    num_nonnulls(segment, interests) > 0 AS holds_marketing
  FROM customer) judged;
