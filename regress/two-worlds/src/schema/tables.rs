//! Tables of the administrator's: every type of index, keys of all kinds,
//! labels by the dozen and by the thousand, values out of line.

use super::Builder;
use super::table::{Col, Table, samples};
use crate::model::Kind;

/// Tables and their indexes.
pub(crate) fn build(b: &mut Builder) {
    base(b);
    big(b);
    many(b);
    kv(b);
    exclusion(b);
    toast(b);
    columns(b);
    kinds(b);
    rls(b);
    odd(b);
}

/// Hands a table to the low client, as far as privileges go.
fn give(b: &mut Builder, name: &str) {
    if b.dice.chance(70) {
        b.both(&format!("ALTER TABLE {name} OWNER TO w_low"));
    }
}

/// One column of each kind, one index of each type and more.
fn base(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.base")
        .col(Col::key("id", "int").extra("CONSTRAINT base_pk PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int).nulls(23))
        .col(Col::new(d, "n", "numeric(12,1)", Kind::Numeric).nulls(31))
        .col(Col::new(d, "t", "text", Kind::Text).nulls(29))
        .col(Col::new(d, "vc", "varchar(60)", Kind::Text).nulls(7))
        .col(Col::new(d, "b", "boolean", Kind::Bool).nulls(13))
        .col(Col::new(d, "d", "date", Kind::Date).nulls(19))
        .col(Col::new(d, "ts", "timestamp", Kind::Timestamp))
        .col(Col::new(d, "ia", "int[]", Kind::IntArray).nulls(17))
        .col(Col::new(d, "ta", "text[]", Kind::TextArray))
        .col(Col::new(d, "j", "jsonb", Kind::Jsonb).nulls(37))
        .col(Col::new(d, "v", "tsvector", Kind::TsVector))
        .col(Col::new(d, "p", "point", Kind::Geometric))
        .col(Col::new(d, "r", "int4range", Kind::Range).nulls(41))
        .col(Col::new(d, "by", "bytea", Kind::Bytea))
        .col(
            Col::new(d, "bx", "box", Kind::Other)
                .values(
                    "box(point(i % 10, i % 7), point(i % 10 + 2, i % 7 + 3))",
                    "box(point(i % 10, i % 7), point(i % 10 + 2, 777000000 + i))",
                )
                .takes(&["box(point(0, 0), point(3, 4))", "'(5,5),(1,2)'", "NULL"]),
        )
        .col(
            Col::new(d, "pn", "w.posint", Kind::Int)
                .values("1 + i % 50", "777000000 + i")
                .takes(&["1", "2", "7", "42"]),
        )
        .col(
            Col::new(d, "mo", "w.mood", Kind::Other)
                .values(
                    "(ARRAY['sad','ok','happy'])[1 + i % 3]::w.mood",
                    "(ARRAY['sad','ok','happy'])[1 + i % 3]::w.mood",
                )
                .takes(&["'sad'", "'ok'", "'happy'"]),
        )
        .col(
            Col::new(d, "co", "w.pair", Kind::Other)
                .values("ROW(i % 9, 'p' || i % 5)::w.pair", "ROW(i % 9, 'zqcanary' || i)::w.pair")
                .takes(&["ROW(1, 'x')::w.pair", "ROW(5, NULL)::w.pair", "NULL"]),
        )
        .key(&["id"]);
    let (visible, hidden) = (d.between(120, 320), d.between(40, 160));
    table.create(b, true, samples(visible));
    let indexes = [
        "CREATE INDEX base_k ON w.base (k)",
        "CREATE INDEX base_k_desc ON w.base (k DESC NULLS LAST, id)",
        "CREATE INDEX base_t_pattern ON w.base (t text_pattern_ops)",
        "CREATE INDEX base_t_hash ON w.base USING hash (t)",
        "CREATE INDEX base_k_hash ON w.base USING hash (k)",
        "CREATE INDEX base_ia ON w.base USING gin (ia)",
        "CREATE INDEX base_ta ON w.base USING gin (ta)",
        "CREATE INDEX base_j ON w.base USING gin (j)",
        "CREATE INDEX base_j_path ON w.base USING gin (j jsonb_path_ops)",
        "CREATE INDEX base_v ON w.base USING gin (v) WITH (fastupdate = off)",
        "CREATE INDEX base_t_trgm ON w.base USING gin (t public.gin_trgm_ops)",
        "CREATE INDEX base_vc_trgm ON w.base USING gist (vc public.gist_trgm_ops)",
        "CREATE INDEX base_p ON w.base USING gist (p)",
        "CREATE INDEX base_r ON w.base USING gist (r)",
        "CREATE INDEX base_bx ON w.base USING gist (bx)",
        "CREATE INDEX base_k_gist ON w.base USING gist (k, d)",
        "CREATE INDEX base_p_sp ON w.base USING spgist (p)",
        "CREATE INDEX base_r_sp ON w.base USING spgist (r)",
        "CREATE INDEX base_t_sp ON w.base USING spgist (t)",
        "CREATE INDEX base_k_brin ON w.base USING brin (k) WITH (pages_per_range = 1)",
        "CREATE INDEX base_d_brin ON w.base USING brin (d date_minmax_multi_ops) WITH (pages_per_range = 1)",
        "CREATE INDEX base_n_brin ON w.base USING brin (n numeric_bloom_ops) WITH (pages_per_range = 1)",
        "CREATE INDEX base_partial ON w.base (k) WHERE b",
        "CREATE INDEX base_partial2 ON w.base (t) WHERE k > 10",
        "CREATE INDEX base_lower ON w.base (lower(t))",
        "CREATE INDEX base_expr ON w.base ((k + 1), (n / 2))",
        "CREATE INDEX base_show ON w.base (w.twice(k))",
        "CREATE INDEX base_cover ON w.base (k) INCLUDE (t, d)",
        "CREATE INDEX base_cover_gist ON w.base USING gist (r) INCLUDE (k)",
        "CREATE INDEX base_pn ON w.base (pn, mo)",
        "CREATE INDEX base_co ON w.base (co)",
    ];
    for index in indexes {
        if b.dice.chance(85) {
            b.both(index);
        }
    }
    table.rows(b, visible, hidden);
    table.hide_by_high(b, 1001, 1001 + 10);
    if b.dice.chance(80) {
        b.both("CREATE STATISTICS w.base_st (ndistinct, dependencies, mcv) ON k, b, d FROM w.base");
        b.both("CREATE STATISTICS w.base_est ON lower(t), (k % 5) FROM w.base");
    }
    give(b, "w.base");
}

/// Some thousands of rows, for parallel plans and index scans.
fn big(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.big")
        .col(Col::key("id", "bigint").extra("CONSTRAINT big_pk PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "m", "int", Kind::Int).nulls(43))
        .col(Col::new(d, "t", "text", Kind::Text))
        .col(Col::new(d, "d", "date", Kind::Date))
        .col(Col::new(d, "q", "numeric", Kind::Numeric).values(
            "i::numeric / 4",
            "CASE WHEN i % 2 = 0 THEN i::numeric / 4 ELSE 777000000 + i END",
        ))
        .key(&["id"]);
    let (visible, hidden) = (d.between(2000, 4000), d.between(600, 1500));
    table.create(b, true, samples(visible));
    b.both("CREATE INDEX big_k ON w.big (k, m)");
    b.both("CREATE INDEX big_t ON w.big (t, id)");
    for index in [
        "CREATE INDEX big_q ON w.big (q) INCLUDE (k)",
        "CREATE INDEX big_m ON w.big USING hash (m)",
        "CREATE INDEX big_d ON w.big USING brin (d) WITH (pages_per_range = 2)",
        "CREATE INDEX big_part ON w.big (m) WHERE k < 10",
    ] {
        if b.dice.chance(80) {
            b.both(index);
        }
    }
    table.rows(b, visible, hidden);
    if b.dice.chance(80) {
        b.both("CREATE STATISTICS w.big_st (ndistinct, dependencies, mcv) ON k, m, d FROM w.big");
    }
    give(b, "w.big");
}

/// More than a thousand labels.
fn many(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.many")
        .col(Col::key("id", "int").extra("CONSTRAINT many_pk PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    let columns = |high| format!("{}, {}", table.value(1, high), table.value(2, high));
    let (low, high) = (columns(false), columns(true));
    table.create(b, true, samples(1050));
    b.both("CREATE INDEX many_k ON w.many (k)");
    b.both(&format!(
        "INSERT INTO w.many (security_label, id, k, t)
SELECT l, i, {low} FROM (SELECT row_number() OVER (ORDER BY x, y, z)::int AS i,
	'system_u:object_r:sepgsql_table_t:s0:c' || x || ',c' || y || ',c' || z AS l
	FROM generate_series(0, 20) x, generate_series(0, 20) y, generate_series(0, 20) z
	WHERE x + 1 < y AND y + 1 < z) s WHERE i <= 960"
    ));
    b.both(&format!(
        "INSERT INTO w.many (security_label, id, k, t)
SELECT l, i, {low} FROM (SELECT 960 + row_number() OVER (ORDER BY x, y)::int AS i,
	'staff_u:object_r:sepgsql_table_t:s0:c' || x || ',c' || y AS l
	FROM generate_series(0, 20) x, generate_series(0, 20) y WHERE x + 1 < y) s WHERE i <= 1120"
    ));
    b.both(&format!(
        "INSERT INTO w.many (security_label, id, k, t)
SELECT 'system_u:object_r:sepgsql_ro_table_t:s0', i, {low} FROM generate_series(1121, 1130) i"
    ));
    b.high(&format!(
        "INSERT INTO w.many (security_label, id, k, t)
SELECT l, 777000000 + i, {high} FROM (SELECT row_number() OVER (ORDER BY x, y)::int AS i,
	'system_u:object_r:sepgsql_table_t:s' || x % 4 || ':c' || x || ',c' || y AS l
	FROM generate_series(0, 12) x, generate_series(22, 45) y) s"
    ));
    give(b, "w.many");
}

/// Unique keys of several kinds, for ON CONFLICT and MERGE.
fn kv(b: &mut Builder) {
    let d = &mut b.dice;
    let shown = d.between(30, 60);
    let table = Table::new("w.kv")
        .col(Col::key("id", "int").extra("CONSTRAINT kv_pk PRIMARY KEY"))
        .col(
            Col::new(d, "a", "int", Kind::Int)
                .values("i", "777000000 + i")
                .takes(&["3", "9", "101", "202", "303", "NULL"]),
        )
        .col(
            Col::new(d, "b", "text", Kind::Text)
                .values("'b' || i", "'zqcanary' || i")
                .takes(&["'b3'", "'b9'", "'new'", "'other'", "NULL"]),
        )
        .col(
            Col::new(d, "c", "int", Kind::Int)
                .values("NULLIF(i, 7)", "777000000 + i")
                .takes(&["101", "202", "303", "404", "NULL"]),
        )
        .col(Col::new(d, "x", "int", Kind::Int))
        .col(Col::new(d, "y", "text", Kind::Text).extra("DEFAULT 'none'"))
        .constraint("CONSTRAINT kv_ab UNIQUE (a, b)")
        .constraint("CONSTRAINT kv_c UNIQUE NULLS NOT DISTINCT (c)")
        .key(&["id"]);
    table.create(b, true, samples(shown));
    if b.dice.chance(80) {
        b.both("CREATE UNIQUE INDEX kv_lower ON w.kv (lower(b))");
        b.both("CREATE UNIQUE INDEX kv_part ON w.kv (a) INCLUDE (y) WHERE x > 20");
    }
    b.both("CREATE TRIGGER kv_show BEFORE INSERT OR UPDATE OR DELETE ON w.kv FOR EACH ROW EXECUTE FUNCTION w.trg_show()");
    table.rows(b, shown, 40);
    give(b, "w.kv");

    // Here hidden keys collide with what the low client inserts.
    let d = &mut b.dice;
    let table = Table::new("w.cov_kv")
        .col(
            Col::key("id", "int")
                .extra("CONSTRAINT cov_kv_pk PRIMARY KEY")
                .values("i * 2", "i * 2 + 1"),
        )
        .col(
            Col::new(d, "c", "int", Kind::Int)
                .values("i", "777000000 + i")
                .takes(&["101", "202", "303", "404", "NULL"]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .constraint(
            "CONSTRAINT cov_kv_c UNIQUE NULLS NOT DISTINCT (c) DEFERRABLE INITIALLY DEFERRED",
        )
        .key(&["id"]);
    table.create(b, true, (1..=12).map(|k| k * 4).collect());
    table.rows(b, 30, 15);
}

/// Exclusion constraints, and keys over ranges.
fn exclusion(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.booking")
        .col(Col::key("id", "int").extra("CONSTRAINT booking_pk PRIMARY KEY"))
        .col(Col::new(d, "room", "int", Kind::Int).values("i % 6", "i % 6"))
        .col(
            Col::new(d, "r", "int4range", Kind::Range)
                .values(
                    "int4range(i * 10, i * 10 + 5)",
                    "int4range(777000000 + i * 10, 777000005 + i * 10)",
                )
                .takes(&[
                    "int4range(20, 23)",
                    "int4range(500, 510)",
                    "int4range(601, 602)",
                    "'empty'",
                ]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .constraint("CONSTRAINT booking_ex EXCLUDE USING gist (room WITH =, r WITH &&)")
        .key(&["id"]);
    table.build(b, 40, 25);
    give(b, "w.booking");

    let d = &mut b.dice;
    let table = Table::new("w.cov_booking")
        .col(Col::key("id", "int"))
        .col(Col::new(d, "room", "int", Kind::Int).values("i % 3", "i % 3"))
        .col(
            Col::new(d, "r", "int4range", Kind::Range)
                .values("int4range(i * 10, i * 10 + 5)", "int4range(i * 10 + 6, i * 10 + 8)")
                .takes(&[
                    "int4range(16, 17)",
                    "int4range(25, 27)",
                    "int4range(500, 510)",
                    "int4range(3, 5)",
                ]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .constraint("CONSTRAINT cov_booking_ex EXCLUDE USING gist (room WITH =, r WITH &&)");
    table.build(b, 20, 10);

    // PostgreSQL 18: keys without overlaps.
    let d = &mut b.dice;
    let table = Table::new("w.season")
        .col(Col::key("id", "int"))
        .col(
            Col::new(d, "valid", "int4range", Kind::Range)
                .values("int4range(i, i + 20)", "int4range(777000000 + i, 777000020 + i)")
                .extra("NOT NULL")
                .takes(&["int4range(100, 200)", "int4range(300, 400)", "int4range(5, 6)"]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .constraint("CONSTRAINT season_pk PRIMARY KEY (id, valid WITHOUT OVERLAPS)")
        .key(&["id", "valid"]);
    table.build(b, 30, 20);
    let d = &mut b.dice;
    let table = Table::new("w.game")
        .col(Col::key("id", "int").extra("CONSTRAINT game_pk PRIMARY KEY"))
        .col(Col::new(d, "season", "int", Kind::Int).values("1 + i % 30", "777000001 + i % 20").takes(&["1", "5", "12", "30"]))
        .col(Col::new(d, "at", "int4range", Kind::Range).values("int4range(2 + i % 30, 5 + i % 30)", "int4range(777000002 + i % 20, 777000005 + i % 20)").takes(&["int4range(12, 14)", "int4range(20, 21)", "int4range(31, 33)", "NULL"]))
        .constraint("CONSTRAINT game_season FOREIGN KEY (season, PERIOD at) REFERENCES w.season (id, PERIOD valid)")
        .key(&["id"]);
    table.build(b, 25, 15);
}

/// Values out of line, compressed and not.
fn toast(b: &mut Builder) {
    let d = &mut b.dice;
    let n = d.between(200, 900);
    let table = Table::new("w.toast")
        .col(Col::key("id", "int").extra("CONSTRAINT toast_pk PRIMARY KEY"))
        .col(Col::new(d, "x", "text", Kind::Text).extra("STORAGE EXTERNAL").values(
            &format!("repeat('abc' || i, {n} + i * 7)"),
            &format!("repeat('zqcanary' || i, {n} + i * 7)"),
        ))
        .col(Col::new(d, "z", "text", Kind::Text).values(
            "(SELECT string_agg(md5((i * s)::text), '') FROM generate_series(1, 90 + i) s)",
            "(SELECT string_agg('zqcanary' || md5((i * s)::text), '') FROM generate_series(1, 90 + i) s)",
        ))
        .col(Col::new(d, "w", "jsonb", Kind::Jsonb).values(
            "jsonb_build_object('a', i, 'big', repeat('json' || i, 900))",
            "jsonb_build_object('a', i, 'big', repeat('zqcanary' || i, 900))",
        ))
        .col(Col::new(d, "k", "int", Kind::Int))
        .key(&["id"]);
    table.build(b, 24, 12);
    give(b, "w.toast");
}

/// Columns that are hidden, generated, identities.
fn columns(b: &mut Builder) {
    let d = &mut b.dice;
    let table =
        Table::new("w.cols")
            .col(Col::key("id", "int").extra(
                "GENERATED BY DEFAULT AS IDENTITY (START 1000) CONSTRAINT cols_pk PRIMARY KEY",
            ))
            .col(
                Col::new(d, "k", "int", Kind::Int)
                    .extra("CONSTRAINT cols_k CHECK (k IS NULL OR k >= 0)")
                    .takes(&["0", "4", "17", "90", "NULL"]),
            )
            .col(Col::new(d, "t", "text", Kind::Text))
            .col(
                Col::new(d, "g", "int", Kind::Int)
                    .extra("GENERATED ALWAYS AS (k * 2 + 1) STORED")
                    .generated(),
            )
            .col(
                Col::new(d, "gv", "text", Kind::Text)
                    .extra("GENERATED ALWAYS AS (upper(t) || '!') VIRTUAL")
                    .generated(),
            )
            .col(Col::new(d, "secret", "text", Kind::Text).secret())
            .key(&["id"]);
    let n = d.between(50, 90);
    table.create(b, true, samples(n));
    b.both("ALTER TABLE w.cols ADD zqcanary_col int, ADD zqcanary_gen text GENERATED ALWAYS AS (secret || '?') STORED");
    b.both("CREATE INDEX cols_g ON w.cols (g)");
    b.both("CREATE INDEX zqcanary_cols_idx ON w.cols (zqcanary_col)");
    b.both("CREATE INDEX cols_secret ON w.cols (secret)");
    b.both("SECURITY LABEL FOR selinux ON COLUMN w.cols.secret IS 'system_u:object_r:sepgsql_secret_table_t:s0'");
    b.both("SECURITY LABEL FOR selinux ON COLUMN w.cols.zqcanary_col IS 'system_u:object_r:sepgsql_table_t:s3'");
    b.both("SECURITY LABEL FOR selinux ON COLUMN w.cols.zqcanary_gen IS 'system_u:object_r:sepgsql_table_t:s2'");
    table.fill(b, 1, n);
    b.high("UPDATE w.cols SET secret = 'zqcanary' || id, zqcanary_col = 777000000 + id");
    table.hide(b, 1, 30);
    b.model.denied_names.push("w.cols.zqcanary_col".to_owned());
    b.model.denied_names.push("w.cols.secret".to_owned());
    give(b, "w.cols");

    let d = &mut b.dice;
    let table = Table::new("w.ident")
        .col(
            Col::key("id", "bigint")
                .extra("GENERATED ALWAYS AS IDENTITY (START 1000) PRIMARY KEY")
                .generated_key(),
        )
        .col(Col::new(d, "t", "text", Kind::Text).extra("DEFAULT 'fresh'"))
        .col(Col::new(d, "s", "int", Kind::Int).extra("DEFAULT nextval('w.seq_a')"))
        .col(
            Col::new(d, "chk", "int", Kind::Int)
                .extra("CONSTRAINT ident_chk CHECK (w.is_small(chk)) NOT ENFORCED"),
        )
        .key(&["id"]);
    b.both("CREATE SEQUENCE w.seq_a CACHE 3; CREATE SEQUENCE w.seq_b START 5 INCREMENT 5 MAXVALUE 500 CYCLE");
    b.both("CREATE SEQUENCE w.zqcanary_seq_above START 777000001; SECURITY LABEL FOR selinux ON SEQUENCE w.zqcanary_seq_above IS 'system_u:object_r:sepgsql_seq_t:s1'");
    b.model.sequences.extend(["w.seq_a".to_owned(), "w.seq_b".to_owned()]);
    b.model.denied_names.push("w.zqcanary_seq_above".to_owned());
    table.build(b, 40, 20);

    let d = &mut b.dice;
    let table = Table::new("w.checked")
        .col(Col::key("id", "int").extra("CONSTRAINT checked_pk PRIMARY KEY"))
        .col(
            Col::new(d, "k", "int", Kind::Int)
                .values("i % 40", "777000000 + i")
                .takes(&["0", "12", "39", "51", "NULL"]),
        )
        .col(
            Col::new(d, "t", "w.short", Kind::Text)
                .values("'s' || i", "'zqcanary' || i")
                .takes(&["'s1'", "'short'", "'x'"]),
        )
        .col(
            Col::new(d, "pn", "w.posint", Kind::Int)
                .values("1 + i % 9", "777000000 + i")
                .extra("DEFAULT 1")
                .takes(&["1", "2", "7", "42"]),
        )
        .constraint("CONSTRAINT checked_k CHECK (k <> 50)")
        .constraint("CONSTRAINT checked_show CHECK (w.is_small(k) OR t LIKE '%z%')")
        .key(&["id"]);
    table.build(b, 40, 20);
}

/// Tables of each type of label.
fn kinds(b: &mut Builder) {
    for (name, label, denied) in [
        ("w.ro", "system_u:object_r:sepgsql_ro_table_t:s0", false),
        ("w.fixed", "system_u:object_r:sepgsql_fixed_table_t:s0", false),
        ("w.shared", "user_u:object_r:user_sepgsql_table_t:s0", false),
        ("w.secret", "system_u:object_r:sepgsql_secret_table_t:s0", true),
        ("w.zqcanary_above", "system_u:object_r:sepgsql_table_t:s2", true),
        ("w.zqcanary_side", "system_u:object_r:sepgsql_table_t:s0:c30", true),
    ] {
        let d = &mut b.dice;
        let (visible, hidden) = (d.between(15, 40), d.between(10, 20));
        let table = Table::new(name)
            .col(Col::key("id", "int").extra("PRIMARY KEY"))
            .col(Col::new(d, "k", "int", Kind::Int))
            .col(Col::new(d, "t", "text", Kind::Text));
        let table = if name == "w.shared" { table.key(&["id"]) } else { table.read_only() };
        if denied {
            // Rows of a table that is denied as a whole are hidden, whatever their label.
            table.create_untold(b);
            let sql = table.insert(1, hidden, &b.labels.visible.clone(), true);
            b.high(&sql);
            b.model.denied_names.push(name.to_owned());
        } else {
            table.build(b, visible, hidden);
        }
        b.both(&format!("SECURITY LABEL FOR selinux ON TABLE {name} IS '{label}'"));
        // the columns got the table's default label when they were made
        for column in ["id", "k", "t"] {
            if b.dice.chance(50) || denied {
                b.both(&format!(
                    "SECURITY LABEL FOR selinux ON COLUMN {name}.{column} IS '{label}'"
                ));
            }
        }
    }
}

/// Row level security beside labels.
fn rls(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.rls")
        .col(Col::key("id", "int").extra("CONSTRAINT rls_pk PRIMARY KEY"))
        .col(
            Col::new(d, "who", "text", Kind::Text)
                .values("(ARRAY['w_low','w_high','postgres'])[1 + i % 3]", "'w_low'"),
        )
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    let n = d.between(40, 80);
    table.build(b, n, 30);
    b.both(
        "CREATE POLICY rls_sel ON w.rls FOR SELECT USING (who = current_user OR w.is_small(k));
         CREATE POLICY rls_ins ON w.rls FOR INSERT WITH CHECK (k < 1000);
         CREATE POLICY rls_upd ON w.rls FOR UPDATE USING (who <> 'postgres') WITH CHECK (k < 1000);
         CREATE POLICY rls_del ON w.rls FOR DELETE USING (id % 2 = 0);
         CREATE POLICY rls_restrict ON w.rls AS RESTRICTIVE FOR ALL USING (id <> 13);
         ALTER TABLE w.rls ENABLE ROW LEVEL SECURITY;
         ALTER TABLE w.rls FORCE ROW LEVEL SECURITY",
    );
    if b.dice.chance(60) {
        b.both("CREATE POLICY rls_sub ON w.rls FOR SELECT USING (EXISTS (SELECT 1 FROM w.base s WHERE s.id = rls.id AND s.k IS NOT NULL))");
    }
    give(b, "w.rls");
}

/// An empty table with hidden rows, one without a key, unlogged ones.
fn odd(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.cov_empty")
        .col(Col::new(d, "id", "int", Kind::Int).values("i", "i"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text));
    table.create(b, true, vec![1]);
    b.both("CREATE INDEX empty_k ON w.cov_empty (k)");
    table.hide(b, 1, 40);
    table.hide_by_high(b, 41, 60);

    let d = &mut b.dice;
    let table = Table::new("w.dup")
        .col(Col::new(d, "id", "int", Kind::Int).values("i / 3", "i / 3"))
        .col(Col::new(d, "k", "int", Kind::Int).values("i % 4", "i % 4"))
        .col(Col::new(d, "t", "text", Kind::Text).values("'same'", "'zqcanary'"))
        .col(Col::new(d, "x", "text", Kind::Text).extra("COLLATE \"C\""))
        .tail("WITH (fillfactor = 60)");
    table.build(b, 60, 40);

    let d = &mut b.dice;
    let table = Table::new("w.unlogged")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    table.build(b, 30, 20);
    if b.dice.chance(60) {
        b.both("ALTER TABLE w.unlogged SET UNLOGGED");
    }

    // What triggers and rules write to.
    let d = &mut b.dice;
    let table = Table::new("w.log").col(Col::new(d, "what", "text", Kind::Text)).col(Col::new(
        d,
        "n",
        "int",
        Kind::Int,
    ));
    table.build(b, 10, 10);
}
