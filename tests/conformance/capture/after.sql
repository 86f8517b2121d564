INSERT INTO s1.all_types (c_bool, c_int2, c_int4, c_int8, c_oid, c_real, c_double, c_num, c_num52, c_num50, c_dec183, c_char, c_char5, c_varchar, c_text, c_qchar, c_bytea, c_date, c_time, c_time3, c_timetz, c_ts, c_ts0, c_ts3, c_tstz, c_interval, c_uuid, c_json, c_jsonb, c_inet, c_cidr, c_mac, c_mac8, c_mood, c_posint, c_i4r, c_i8r, c_nr, c_tsr, c_tstzr, c_dr, c_tsv) SELECT c_bool, c_int2, c_int4, c_int8, c_oid, c_real, c_double, c_num, c_num52, c_num50, c_dec183, c_char, c_char5, c_varchar, c_text, c_qchar, c_bytea, c_date, c_time, c_time3, c_timetz, c_ts, c_ts0, c_ts3, c_tstz, c_interval, c_uuid, c_json, c_jsonb, c_inet, c_cidr, c_mac, c_mac8, c_mood, c_posint, c_i4r, c_i8r, c_nr, c_tsr, c_tstzr, c_dr, c_tsv FROM s1.all_types WHERE c_bool LIMIT 1;

INSERT INTO s1.all_types (c_ts, c_tstz, c_date, c_num) VALUES
  ('infinity', '-infinity', 'infinity', 'NaN'), ('-infinity', 'infinity', '-infinity', 'Infinity'),
  ('0044-03-15 10:00:00 BC', '0044-03-15 10:00:00+00 BC', '0044-03-15 BC', 0),
  ('294276-12-31 23:59:59', '294276-12-31 23:59:59+00', '5874897-12-31', -0.5);

INSERT INTO s1.nokey VALUES (1, 'a'), (2, 'b');

UPDATE s1.nokey SET b = 'z' WHERE a = 1;

DELETE FROM s1.nokey WHERE a = 2;

INSERT INTO s1.toasty VALUES (1, repeat('x', 10000), 1);

UPDATE s1.toasty SET n = 2 WHERE id = 1;

INSERT INTO s1.full_ident VALUES (1, 'a');

UPDATE s1.full_ident SET v = 'b';

UPDATE s1.full_ident SET id = 2;

DELETE FROM s1.full_ident;

INSERT INTO s1.composite VALUES (1, 'k', 'c');

UPDATE s1.composite SET a = 2;

UPDATE s1.composite SET c = 'd';

DELETE FROM s1.composite;

ALTER TABLE s1.full_ident ADD COLUMN extra numeric(10,2) DEFAULT 3.14;

INSERT INTO s1.full_ident (id, v) VALUES (5, 'q');

INSERT INTO s1.outbox VALUES ('c1791041-f27f-4c79-91e0-cc2d9a0a6e15', 'order', '42', 'OrderCreated', '{"a":1}');

TRUNCATE s1.nokey, s1.composite;
