-- The demo's tables.  Run by the administrator, whose new tables are
-- sepgsql_table_t: rows in them are for every client, as far as its range goes.
CREATE ROLE guest LOGIN;
CREATE ROLE clerk LOGIN;

CREATE TABLE drink (id int PRIMARY KEY, name text, price int);
INSERT INTO drink (security_label, id, name, price) VALUES
  ('system_u:object_r:sepgsql_table_t:s0',       1, 'water',  100),
  ('system_u:object_r:sepgsql_table_t:s0',       2, 'coke',   120),
  ('system_u:object_r:sepgsql_table_t:s0',       3, 'juice',  130),
  ('system_u:object_r:sepgsql_table_t:s0:c0',    4, 'coffee', 180),
  ('system_u:object_r:sepgsql_table_t:s1:c0',    5, 'beer',   240),
  ('system_u:object_r:sepgsql_table_t:s3:c0.c1', 6, 'sake',   320);

CREATE TABLE customer (cid int PRIMARY KEY, cname varchar(32), credit varchar(32));
SECURITY LABEL FOR selinux ON COLUMN customer.credit
  IS 'system_u:object_r:sepgsql_secret_table_t:s0';
INSERT INTO customer VALUES
  (10, 'jack', '1111-2222-3333-4444'),
  (13, 'adam', '5555-6666-7777-8888'),
  (14, 'liza', '9876-5432-1098-7654');

-- PostgreSQL's own sample data
CREATE TABLE person (name text, age int, location point);
CREATE TABLE emp (salary int, manager name) INHERITS (person);
CREATE TABLE road (name text, thepath path);
CREATE TABLE real_city (pop int, cname text, outline path);
CREATE TABLE tenk (
  unique1 int, unique2 int, two int, four int, ten int, twenty int,
  hundred int, thousand int, twothousand int, fivethous int, tenthous int,
  odd int, even int, stringu1 name, stringu2 name, string4 name);

-- PostgreSQL's privileges: everything, so that what is missing below is
-- missing because of labels.
GRANT ALL ON ALL TABLES IN SCHEMA public TO guest, clerk;
