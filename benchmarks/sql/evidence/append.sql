-- The least that keeps evidence: number, bytes, hash. Making the bytes and the hash is not counted.
CREATE TABLE entry ("index" integer PRIMARY KEY, data blob NOT NULL, hash blob NOT NULL);

INSERT INTO entry ("index", data, hash) VALUES (?, ?, ?);
