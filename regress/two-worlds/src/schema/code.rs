//! What runs: types, functions, procedures, aggregates, triggers and rules of
//! the administrator's, trusted procedures, and the low client's own functions,
//! operators and casts, which print what they see.

use super::Builder;
use super::table::{Col, Table};
use crate::model::Kind;

/// Types and domains, and the few functions that tables need.
pub(crate) fn types(b: &mut Builder) {
    b.both(
        "CREATE DOMAIN w.posint AS int CHECK (VALUE > 0);
         CREATE DOMAIN w.short AS text CONSTRAINT short_len CHECK (length(VALUE) < 40);
         CREATE TYPE w.mood AS ENUM ('sad', 'ok', 'happy');
         CREATE TYPE w.pair AS (x int, y text);
         CREATE TYPE w.span AS RANGE (subtype = int, multirange_type_name = w.spans);
         CREATE TYPE w.zqcanary_mood AS ENUM ('zqcanary1', 'zqcanary2')",
    );
    b.both("SECURITY LABEL FOR selinux ON TYPE w.zqcanary_mood IS 'system_u:object_r:sepgsql_sysobj_t:s2'");
    b.model.denied_names.push("w.zqcanary_mood".to_owned());
    b.both(
        "CREATE FUNCTION w.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
         CREATE FUNCTION w.is_small(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 IS NULL OR $1 < 1000; END $$",
    );
    b.function("w.twice", &[Kind::Int], Some(Kind::Int), false);
    b.function("w.is_small", &[Kind::Int], Some(Kind::Bool), false);
    // triggers: they print whatever rows they are given
    b.both(
        "CREATE FUNCTION w.trg_show() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % % on %: old % new %', tg_name, tg_when, tg_op, tg_table_name, old, new;
	RETURN COALESCE(new, old);
END $$;
CREATE FUNCTION w.trg_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % % on %', tg_name, tg_when, tg_op, tg_table_name;
	RETURN NULL;
END $$;
CREATE FUNCTION w.trg_new_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: new %', tg_name, tg_op, (SELECT string_agg(n::text, ' ' ORDER BY n::text) FROM new_rows n);
	RETURN NULL;
END $$;
CREATE FUNCTION w.trg_old_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: old %', tg_name, tg_op, (SELECT string_agg(o::text, ' ' ORDER BY o::text) FROM old_rows o);
	RETURN NULL;
END $$;
CREATE FUNCTION w.trg_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO w.log (what, n) VALUES (tg_table_name || ' ' || tg_op, 1);
	RETURN COALESCE(new, old);
END $$",
    );
}

/// The low client's functions, operators and casts.
pub(crate) fn functions(b: &mut Builder) {
    let volatilities = ["VOLATILE", "STABLE", "IMMUTABLE"];
    let costs = ["COST 0.0001", "COST 0.0001", "COST 1", "COST 10000"];
    for (name, arg, result, kind, out) in [
        ("show_int", "int", "int", Kind::Int, Kind::Int),
        ("show_text", "text", "text", Kind::Text, Kind::Text),
        ("show_numeric", "numeric", "numeric", Kind::Numeric, Kind::Numeric),
        ("show_date", "date", "date", Kind::Date, Kind::Date),
        ("show_json", "jsonb", "jsonb", Kind::Jsonb, Kind::Jsonb),
        ("show_ints", "int[]", "int[]", Kind::IntArray, Kind::IntArray),
        ("show_bytes", "bytea", "bytea", Kind::Bytea, Kind::Bytea),
    ] {
        let (v, c) = (b.dice.pick(&volatilities), b.dice.pick(&costs));
        let strict = if b.dice.chance(40) { "STRICT" } else { "" };
        b.low(&format!(
            "CREATE FUNCTION own.{name}({arg}) RETURNS {result} LANGUAGE plpgsql {v} {c} {strict} AS $$ BEGIN RAISE NOTICE '{name} %', $1; RETURN $1; END $$"
        ));
        b.function(&format!("own.{name}"), &[kind], Some(out), false);
    }
    for (name, arg, kind) in [
        ("see_int", "int", Kind::Int),
        ("see_text", "text", Kind::Text),
        ("see_date", "date", Kind::Date),
        ("see_any", "anyelement", Kind::Text),
    ] {
        let (v, c) = (b.dice.pick(&volatilities), b.dice.pick(&costs));
        b.low(&format!(
            "CREATE FUNCTION own.{name}({arg}) RETURNS bool LANGUAGE plpgsql {v} {c} AS $$ BEGIN RAISE NOTICE '{name} %', $1; RETURN true; END $$"
        ));
        b.function(&format!("own.{name}"), &[kind], Some(Kind::Bool), false);
    }
    // tripwires: silent but for a canary, so that they serve in parallel plans
    b.low(
        "CREATE FUNCTION own.trip(text) RETURNS bool LANGUAGE plpgsql STABLE PARALLEL SAFE COST 0.0001 AS
	$$ BEGIN IF $1 LIKE '%zqcan' || 'ary%' THEN RAISE EXCEPTION 'LEAK %', $1; END IF; RETURN true; END $$;
CREATE FUNCTION own.trip(int) RETURNS bool LANGUAGE plpgsql STABLE PARALLEL SAFE COST 0.0001 AS
	$$ BEGIN IF $1 / 1000000 = 777 THEN RAISE EXCEPTION 'LEAK %', $1; END IF; RETURN true; END $$;
CREATE FUNCTION own.trip_op(text, text) RETURNS bool LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 0.0001 AS
	$$ BEGIN IF $1 LIKE '%zqcan' || 'ary%' THEN RAISE EXCEPTION 'LEAK %', $1; END IF; RETURN $1 = $2; END $$;
CREATE OPERATOR own.=? (leftarg = text, rightarg = text, function = own.trip_op, restrict = eqsel, join = eqjoinsel)",
    );
    b.function("own.trip", &[Kind::Text], Some(Kind::Bool), false);
    b.function("own.trip", &[Kind::Int], Some(Kind::Bool), false);
    b.model.operators.push(("own.=?".to_owned(), Kind::Text));

    // operators, some with the planner's estimators, which try them on statistics
    for (op, name, arg, kind, body, estimators) in [
        ("<<<", "op_lt", "int", Kind::Int, "$1 < $2", ["scalarltsel", "scalarltjoinsel"]),
        ("===", "op_eq", "int", Kind::Int, "$1 = $2", ["eqsel", "eqjoinsel"]),
        ("===", "op_eq", "text", Kind::Text, "$1 = $2", ["eqsel", "eqjoinsel"]),
        ("<<<", "op_lt", "text", Kind::Text, "$1 < $2", ["scalarltsel", "scalarltjoinsel"]),
        ("~~~", "op_like", "text", Kind::Text, "$1 LIKE $2", ["matchingsel", "matchingjoinsel"]),
        ("===", "op_eq", "numeric", Kind::Numeric, "$1 = $2", ["eqsel", "eqjoinsel"]),
        ("<<<", "op_lt", "date", Kind::Date, "$1 < $2", ["scalarltsel", "scalarltjoinsel"]),
        ("@@@", "op_over", "int4range", Kind::Range, "$1 && $2", ["contsel", "contjoinsel"]),
        ("@@@", "op_has", "int[]", Kind::IntArray, "$1 && $2", ["matchingsel", "matchingjoinsel"]),
        ("===", "op_eq", "jsonb", Kind::Jsonb, "$1 = $2", ["eqsel", "eqjoinsel"]),
    ] {
        let (v, c) = (b.dice.pick(&volatilities), b.dice.pick(&costs));
        let estimate = if b.dice.chance(75) {
            format!(", restrict = {}, join = {}", estimators[0], estimators[1])
        } else {
            String::new()
        };
        b.low(&format!(
            "CREATE FUNCTION own.{name}({arg}, {arg}) RETURNS bool LANGUAGE plpgsql {v} {c} AS $$ BEGIN RAISE NOTICE '{name} % %', $1, $2; RETURN {body}; END $$;
CREATE OPERATOR own.{op} (leftarg = {arg}, rightarg = {arg}, function = own.{name}{estimate})"
        ));
        b.model.operators.push((format!("own.{op}"), kind));
    }

    // aggregates; they print values, not states, whose order no plan promises
    b.low(
        "CREATE FUNCTION own.agg_step(bigint, int) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'agg_step %', $2; RETURN COALESCE($1, 0) + COALESCE($2, 0); END $$;
CREATE AGGREGATE own.show_sum(int) (sfunc = own.agg_step, stype = bigint);
CREATE FUNCTION own.agg_longest(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'agg_longest %', $2; RETURN greatest($1, $2); END $$;
CREATE AGGREGATE own.show_max(text) (sfunc = own.agg_longest, stype = text);
CREATE FUNCTION own.agg_count(bigint, anyelement) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1 + 1';
CREATE AGGREGATE own.count_all(anyelement) (sfunc = own.agg_count, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe, msfunc = own.agg_count, minvfunc = own.agg_count, mstype = bigint, minitcond = '0')",
    );
    b.aggregate("own.show_sum", &[Kind::Int], Kind::Int);
    b.aggregate("own.show_max", &[Kind::Text], Kind::Text);
    b.aggregate("own.count_all", &[Kind::Text], Kind::Int);

    // casts and a domain
    b.low(
        "CREATE TYPE own.wrap AS (v text);
CREATE FUNCTION own.to_wrap(text) RETURNS own.wrap LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'to_wrap %', $1; RETURN ROW($1)::own.wrap; END $$;
CREATE CAST (text AS own.wrap) WITH FUNCTION own.to_wrap(text);
CREATE TYPE own.iwrap AS (v int);
CREATE FUNCTION own.to_iwrap(int) RETURNS own.iwrap LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'to_iwrap %', $1; RETURN ROW($1)::own.iwrap; END $$;
CREATE CAST (int AS own.iwrap) WITH FUNCTION own.to_iwrap(int) AS ASSIGNMENT;
CREATE DOMAIN own.watched AS text CHECK (own.see_text(VALUE));
CREATE DOMAIN own.small AS int CHECK (own.see_int(VALUE) AND VALUE < 100000)",
    );
}

/// Functions, triggers and rules that work on the tables.
pub(crate) fn after_tables(b: &mut Builder) {
    b.both(
        "CREATE FUNCTION w.count_k(int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM w.base WHERE k = $1';
CREATE FUNCTION w.rows_k(int) RETURNS TABLE (id int, t text) LANGUAGE sql STABLE AS 'SELECT id, t FROM w.base WHERE k = $1';
CREATE FUNCTION w.texts(int) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE r record;
BEGIN
	FOR r IN SELECT t FROM w.big WHERE k = $1 ORDER BY id LOOP RETURN NEXT r.t; END LOOP;
END $$;
CREATE FUNCTION w.dynamic(text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE 'SELECT count(*) FROM w.base WHERE t LIKE $1' INTO n USING $1 || '%';
	RETURN n;
END $$;
CREATE FUNCTION w.definer(int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, w, pg_temp AS $$
DECLARE n bigint;
BEGIN
	SELECT count(*) INTO n FROM w.base WHERE k <= $1;
	RETURN n;
END $$;
CREATE FUNCTION w.parallel_k(int) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT sum(m) FROM w.big WHERE k >= $1';
CREATE FUNCTION w.atomic(int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM w.many WHERE k = $1; END;
CREATE FUNCTION w.put(int, text) RETURNS int LANGUAGE sql AS $$ INSERT INTO w.kv (id, a, b) VALUES ($1, $1, $2) ON CONFLICT (id) DO UPDATE SET b = excluded.b || '+' RETURNING id $$;
CREATE FUNCTION w.caught(int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO w.kv (id, a) VALUES ($1, $1);
	RETURN 'new';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION w.cursor_on(int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	c CURSOR FOR SELECT id FROM w.base WHERE k = $1 FOR UPDATE;
	n bigint := 0;
BEGIN
	FOR r IN c LOOP
		UPDATE w.base SET n = COALESCE(base.n, 0) + 1 WHERE CURRENT OF c;
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;
CREATE AGGREGATE w.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
CREATE PROCEDURE w.note(text, int) LANGUAGE sql AS 'INSERT INTO w.log (what, n) VALUES ($1, $2)';
CREATE PROCEDURE w.commits(int) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO w.log (what, n) VALUES ('one', $1);
	COMMIT;
	INSERT INTO w.log (what, n) SELECT 'sum', count(*) FROM w.base WHERE k = $1;
	ROLLBACK;
	INSERT INTO w.log (what, n) VALUES ('two', $1);
END $$",
    );
    b.function("w.count_k", &[Kind::Int], Some(Kind::Int), true);
    b.function("w.rows_k", &[Kind::Int], None, true);
    b.function("w.texts", &[Kind::Int], None, true);
    b.function("w.dynamic", &[Kind::Text], Some(Kind::Int), true);
    b.function("w.definer", &[Kind::Int], Some(Kind::Int), true);
    b.function("w.parallel_k", &[Kind::Int], Some(Kind::Int), true);
    b.function("w.atomic", &[Kind::Int], Some(Kind::Int), true);
    b.function("w.put", &[Kind::Int, Kind::Text], Some(Kind::Int), true);
    b.function("w.caught", &[Kind::Int], Some(Kind::Text), true);
    b.function("w.cursor_on", &[Kind::Int], Some(Kind::Int), true);
    b.aggregate("w.total", &[Kind::Numeric], Kind::Numeric);
    b.procedure("w.note", &[Kind::Text, Kind::Int], true);
    b.procedure("w.commits", &[Kind::Int], true);

    // Trusted procedures read what their caller may not, and say nothing of it.
    b.both(
        "CREATE FUNCTION w.trusted(int) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM count(*), max(t) FROM w.base;
	PERFORM count(*) FROM w.secret;
	RETURN $1 + 1;
END $$;
CREATE FUNCTION w.trusted_rows(int) RETURNS SETOF int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	FOR n IN 1..$1 % 5 LOOP
		PERFORM count(secret) FROM w.cols;
		RETURN NEXT n;
	END LOOP;
END $$;
CREATE FUNCTION w.trusted_fault(int) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM count(secret) FROM w.cols;
	IF $1 % 2 = 0 THEN RAISE EXCEPTION 'no'; END IF;
	RETURN $1;
END $$;
CREATE PROCEDURE w.trusted_commit(int) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM count(secret) FROM w.cols;
	COMMIT;
	PERFORM count(*) FROM w.secret;
	IF $1 % 3 = 0 THEN ROLLBACK; END IF;
END $$;
CREATE FUNCTION w.trg_trusted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM count(secret) FROM w.cols;
	RETURN COALESCE(new, old);
END $$",
    );
    for f in [
        "FUNCTION w.trusted(int)",
        "FUNCTION w.trusted_rows(int)",
        "FUNCTION w.trusted_fault(int)",
        "PROCEDURE w.trusted_commit(int)",
        "FUNCTION w.trg_trusted()",
    ] {
        b.both(&format!("SECURITY LABEL FOR selinux ON {f} IS 'system_u:object_r:sepgsql_trusted_proc_exec_t:s0'"));
    }
    b.function("w.trusted", &[Kind::Int], Some(Kind::Int), true);
    b.function("w.trusted_rows", &[Kind::Int], None, true);
    b.function("w.trusted_fault", &[Kind::Int], Some(Kind::Int), true);
    b.procedure("w.trusted_commit", &[Kind::Int], true);

    // functions that are there and may not be called
    b.both(
        "CREATE FUNCTION w.zqcanary_func(zqcanary_arg int DEFAULT 1, OUT zqcanary_out text) LANGUAGE sql AS $$ SELECT 'zqcanary'::text $$;
CREATE PROCEDURE w.zqcanary_proc(int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION w.trg_quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN COALESCE(new, old); END $$;
CREATE FUNCTION w.evt_quiet() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
SECURITY LABEL FOR selinux ON FUNCTION w.zqcanary_func(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s3';
SECURITY LABEL FOR selinux ON PROCEDURE w.zqcanary_proc(int) IS 'system_u:object_r:sepgsql_proc_exec_t:s1'",
    );
    b.model.denied_names.extend(["w.zqcanary_func".to_owned(), "w.zqcanary_proc".to_owned()]);

    triggers(b);
    rules(b);
}

/// Event triggers. They print what they are told where the client has asked for
/// it (`two.say`), so that they are not heard in each attempt.
pub(crate) fn event_triggers(b: &mut Builder) {
    // numbers of objects within names are not compared
    let name = r"regexp_replace(object_identity, '(?<![0-9])[0-9]{5}(?![0-9])', 'N', 'g')";
    b.both(&format!(
        "CREATE FUNCTION w.evt_start() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('two.say', true) = 'on' THEN RAISE NOTICE 'start of %', tg_tag; END IF;
END $$;
CREATE FUNCTION w.evt_end() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('two.say', true) = 'on' THEN
		RAISE NOTICE '% of %: %', tg_event, tg_tag, (SELECT string_agg(concat_ws(' ', command_tag, object_type, schema_name, {name}), '; ') FROM pg_event_trigger_ddl_commands());
	END IF;
END $$;
CREATE FUNCTION w.evt_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('two.say', true) = 'on' THEN
		RAISE NOTICE '% of %: %', tg_event, tg_tag, (SELECT string_agg(concat_ws(' ', object_type, {name}, original, normal), '; ' ORDER BY object_type, object_identity) FROM pg_event_trigger_dropped_objects());
	END IF;
END $$;
CREATE FUNCTION w.evt_rewrite() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('two.say', true) = 'on' THEN
		RAISE NOTICE '% of % %', tg_event, pg_event_trigger_table_rewrite_oid()::regclass, pg_event_trigger_table_rewrite_reason();
	END IF;
END $$;
CREATE FUNCTION w.evt_login() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_user = 'w_low' THEN RAISE NOTICE 'login %', (SELECT count(*) FROM w.base); END IF;
END $$",
    ));
    for (event, percent) in [
        ("start ON ddl_command_start", 60),
        ("end ON ddl_command_end", 80),
        ("drop ON sql_drop", 80),
        ("rewrite ON table_rewrite", 70),
        ("login ON login", 25),
    ] {
        if b.dice.chance(percent) {
            let function = event.split(' ').next().unwrap_or_default();
            b.both(&format!(
                "CREATE EVENT TRIGGER two_{event} EXECUTE FUNCTION w.evt_{function}()"
            ));
        }
    }
}

fn triggers(b: &mut Builder) {
    let all = [
        "CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OR DELETE ON w.base FOR EACH ROW EXECUTE FUNCTION w.trg_show()",
        "CREATE TRIGGER after_row AFTER UPDATE OF k, t ON w.base FOR EACH ROW WHEN (old.k IS DISTINCT FROM new.k) EXECUTE FUNCTION w.trg_show()",
        "CREATE TRIGGER after_log AFTER INSERT OR DELETE ON w.base FOR EACH ROW EXECUTE FUNCTION w.trg_log()",
        "CREATE TRIGGER before_statement BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON w.base FOR EACH STATEMENT EXECUTE FUNCTION w.trg_statement()",
        "CREATE TRIGGER new_rows AFTER INSERT ON w.base REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION w.trg_new_table()",
        "CREATE TRIGGER old_rows AFTER DELETE ON w.base REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION w.trg_old_table()",
        "CREATE TRIGGER both_rows AFTER UPDATE ON w.kv REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION w.trg_old_table()",
        "CREATE TRIGGER old_rows AFTER DELETE ON w.pl REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION w.trg_old_table()",
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE OR DELETE ON w.many DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION w.trg_show()",
        "CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON w.base DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION w.trg_show()",
        "CREATE TRIGGER trusted BEFORE INSERT OR UPDATE ON w.dup FOR EACH ROW EXECUTE FUNCTION w.trg_trusted()",
        "CREATE CONSTRAINT TRIGGER trusted_later AFTER INSERT OR UPDATE ON w.dup DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION w.trg_trusted()",
        "CREATE TRIGGER show AFTER INSERT OR UPDATE OR DELETE ON w.inh_a FOR EACH ROW EXECUTE FUNCTION w.trg_show()",
        "CREATE TRIGGER same BEFORE UPDATE ON w.unlogged FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE TRIGGER fts BEFORE INSERT OR UPDATE ON w.base FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(v, 'pg_catalog.simple', t)",
    ];
    for trigger in all {
        if b.dice.chance(75) {
            b.both(trigger);
        }
    }
    // one that only those see who may
    b.both("CREATE TRIGGER zqcanary_trigger AFTER UPDATE ON w.big FOR EACH ROW EXECUTE FUNCTION w.trg_quiet()");
    b.both("SECURITY LABEL FOR selinux ON TRIGGER zqcanary_trigger ON w.big IS 'system_u:object_r:sepgsql_sysobj_t:s3'");
}

fn rules(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.ruled")
        .col(Col::new(d, "id", "int", Kind::Int).values("i", "777000000 + i"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text));
    table.build(b, 20, 10);
    b.both(
        "CREATE RULE ruled_log AS ON INSERT TO w.ruled DO ALSO INSERT INTO w.log (what, n) VALUES ('rule', NEW.k);
CREATE RULE ruled_cond AS ON UPDATE TO w.ruled WHERE OLD.k > (SELECT count(*) FROM w.dup) DO INSTEAD NOTHING;
CREATE RULE ruled_del AS ON DELETE TO w.ruled DO ALSO SELECT OLD.id, b.t FROM w.base b WHERE b.k = OLD.k ORDER BY b.id",
    );
}
