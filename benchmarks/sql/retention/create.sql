-- One table of customers, filled without chance. Of every 10,000 rows, `gone` are needed by no
-- activity any more, `service`, `billing` and `marketing` by all but that one, and `undated` have
-- no date for billing. They lie scattered over the table, which is the worst case for both sides.
CREATE TABLE customer (
  id bigint PRIMARY KEY,
  name text, email text, phone text, address text,
  iban text, vat_number text, invoice_address text,
  segment text, interests text,
  relation_ended date, invoiced_on date, last_contact date NOT NULL);

INSERT INTO customer
SELECT i, 'Given'||(i %% 400)||' Family'||i, 'customer-'||i||'@example.com', '+3120'||(i %% 10000000),
  'Example Street '||(i %% 700)||', Exampletown '||(i %% 90),
  'NL00EXMP'||lpad(i::text, 10, '0'), 'NL'||lpad(i::text, 9, '0')||'B01', 'PO Box '||(i %% 9000),
  'segment '||(i %% 12), 'article '||(i %% 500)||', article '||(i %% 331),
  CASE WHEN place < %(gone)s + %(service)s THEN date '2012-01-01' + (i %% 3000)::int
       WHEN i %% 3 <> 0 THEN date '2020-06-01' + (i %% 1800)::int END,
  CASE WHEN place < %(gone)s
         OR (place >= %(gone)s + %(service)s AND place < %(gone)s + %(service)s + %(billing)s)
       THEN date '2010-01-01' + (i %% 2900)::int
       WHEN place < 10000 - %(undated)s THEN date '2018-01-01' + (i %% 2700)::int END,
  CASE WHEN place < %(gone)s
         OR (place >= %(gone)s + %(service)s + %(billing)s
             AND place < %(gone)s + %(service)s + %(billing)s + %(marketing)s)
       THEN date '2015-01-01' + (i %% 3000)::int
       ELSE date '2023-06-01' + (i %% 700)::int END
FROM (SELECT i, i * 7919 %% 10000 AS place FROM generate_series(1, %(rows)s::bigint) i) numbered;

CREATE INDEX ON customer (email);
CREATE INDEX ON customer (relation_ended);
CREATE INDEX ON customer (invoiced_on);
CREATE INDEX ON customer (last_contact);
