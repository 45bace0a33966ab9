--
-- The table of catalog.c: every catalog and each of its columns is either
-- something that is decided about or something internal, by intent.
--
-- catalogs that it does not know, or whose columns are not those that it was
-- written for
SELECT c.relname
  FROM pg_class c LEFT JOIN sepgsql_catalog_rules() r ON r.catalog = c.oid
 WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'
   AND c.relname NOT IN ('pg_security', 'pg_shsecurity')
   AND (r.catalog IS NULL OR r.columns <> c.relnatts)
 ORDER BY 1;
-- and what it knows that is no catalog
SELECT catalog FROM sepgsql_catalog_rules()
 WHERE catalog NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r');
-- what is asked when a row of a catalog is written: of the object that it is
-- (class) or is part of, of its schema (add_name, remove_name), and besides of
-- the current database; and install of the functions in these columns
\pset format unaligned
\pset fieldsep ' | '
SELECT r.catalog::regclass AS catalog,
       CASE WHEN kind LIKE '%any%' THEN 'any object'
            WHEN part_of <> '{}' THEN (SELECT string_agg(o::regclass::text, ', ') FROM unnest(part_of) o)
            ELSE class END AS "class or whole",
       on_insert, on_update, on_delete, database,
       (SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute a
         WHERE a.attrelid = r.catalog AND a.attnum = ANY (functions || expressions)) AS install
  FROM sepgsql_catalog_rules() r ORDER BY 1::text;
\pset format aligned
-- columns that ask nothing
\x
SELECT r.catalog::regclass, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
  FROM sepgsql_catalog_rules() r JOIN pg_attribute a ON a.attrelid = r.catalog AND a.attnum = ANY (r.internal)
 GROUP BY 1 ORDER BY r.catalog::regclass::text;
\x
-- every row that can have a label has one
DO $$
DECLARE r record; n bigint;
BEGIN
  FOR r IN SELECT catalog::regclass AS c FROM sepgsql_catalog_rules() WHERE kind <> 'none' ORDER BY 1 LOOP
    EXECUTE format('SELECT count(*) FROM %s WHERE security_label LIKE %L', r.c, '%:unlabeled_t:%') INTO n;
    IF n > 0 THEN RAISE NOTICE '% has % rows without a label', r.c, n; END IF;
  END LOOP;
END $$;
