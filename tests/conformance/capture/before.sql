-- What the reference captured, of the types that are rendered here.
CREATE SCHEMA s1;
CREATE TYPE s1.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN s1.posint AS integer CHECK (VALUE > 0);
CREATE TABLE s1.all_types (
  id bigserial PRIMARY KEY,
  c_bool boolean, c_int2 smallint, c_int4 integer NOT NULL DEFAULT 7, c_int8 bigint, c_oid oid,
  c_real real, c_double double precision, c_num numeric, c_num52 numeric(5,2) DEFAULT 1.25, c_num50 numeric(5,0),
  c_dec183 decimal(18,3),
  c_char char, c_char5 char(5), c_varchar varchar(20) DEFAULT 'dflt', c_text text, c_name name, c_qchar "char",
  c_bytea bytea,
  c_date date, c_time time, c_time3 time(3), c_timetz timetz,
  c_ts timestamp, c_ts0 timestamp(0), c_ts3 timestamp(3), c_tstz timestamptz DEFAULT now(), c_interval interval,
  c_uuid uuid, c_json json, c_jsonb jsonb,
  c_inet inet, c_cidr cidr, c_mac macaddr, c_mac8 macaddr8,
  c_mood s1.mood, c_posint s1.posint,
  c_i4r int4range, c_i8r int8range, c_nr numrange, c_tsr tsrange, c_tstzr tstzrange, c_dr daterange,
  c_tsv tsvector,
  a_int int[], c_point point,
  g_stored int GENERATED ALWAYS AS (c_int4 * 2) STORED
);
CREATE TABLE s1.nokey (a int, b text);
CREATE TABLE s1.toasty (id int PRIMARY KEY, big text, n int);
ALTER TABLE s1.toasty ALTER COLUMN big SET STORAGE EXTERNAL;
CREATE TABLE s1.full_ident (id int PRIMARY KEY, v text);
ALTER TABLE s1.full_ident REPLICA IDENTITY FULL;
CREATE TABLE s1.composite (a int, b varchar(10), c text, PRIMARY KEY (b, a));
CREATE TABLE s1.outbox (
  id uuid PRIMARY KEY, aggregatetype varchar(255) NOT NULL, aggregateid varchar(255) NOT NULL,
  type varchar(255) NOT NULL, payload jsonb
);
-- Two rows for the snapshot: every plain type, and every default.
INSERT INTO s1.all_types (c_bool, c_int2, c_int4, c_int8, c_oid, c_real, c_double, c_num, c_num52, c_num50, c_dec183, c_char, c_char5, c_varchar, c_text, c_name, c_qchar, c_bytea, c_date, c_time, c_time3, c_timetz, c_ts, c_ts0, c_ts3, c_tstz, c_interval, c_uuid, c_json, c_jsonb, c_inet, c_cidr, c_mac, c_mac8, c_mood, c_posint, c_i4r, c_i8r, c_nr, c_tsr, c_tstzr, c_dr, c_tsv)
VALUES (true, -32768, 1073741823, -9223372036854775808, 4294967295, 1.5, 2.718281828459045, 12345678901234567890.123456789, -123.45, 99999, 123456789012345.678, 'x', 'ab', 'va"r\n', 'tëxt 漢字', 'aname', 'q', '\xdeadbeef', '2024-02-29', '13:37:42.123456', '13:37:42.123', '13:37:42.123456+02', '2024-02-29 13:37:42.123456', '2024-02-29 13:37:42', '2024-02-29 13:37:42.123', '2024-02-29 13:37:42.123456+02', '1 year 2 mons 3 days 04:05:06.789', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1, "b":[1,2]}', '{"b":2,"a":1}', '192.168.1.5/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'happy', 5, '[1,10)', '[1,10)', '[1.5,2.5]', '[2024-01-01,2024-01-02)', '[2024-01-01 00:00+00,2024-01-02 00:00+00)', '[2024-01-01,2024-02-01)', 'the quick fox');
INSERT INTO s1.all_types (c_tstz) VALUES ('2026-11-20T10:46:28.465998Z');
