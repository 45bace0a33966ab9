-- What one client sees.  The same for each of them.
SELECT sepgsql_getcon();
SELECT security_label, * FROM drink ORDER BY id;
SELECT count(*) AS roads, count(DISTINCT security_label) AS labels FROM road;
SELECT split_part(security_label, ':', 4) AS level, count(*)
  FROM person GROUP BY 1 ORDER BY 1;
SELECT name, salary, manager FROM emp ORDER BY name;
SELECT count(*) AS tenk, count(DISTINCT security_label) AS labels FROM tenk;
SELECT cid, cname FROM customer ORDER BY cid;
SELECT cid, cname, credit FROM customer ORDER BY cid;
UPDATE drink SET security_label = 'system_u:object_r:sepgsql_secret_table_t:s0' WHERE id = 2;
