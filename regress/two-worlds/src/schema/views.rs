//! Views of every kind, and materialized ones.

use super::Builder;
use crate::model::{Column, Kind, RelKind, Relation};

fn column(name: &str, sql_type: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        sql_type: sql_type.to_owned(),
        kind,
        nullable: true,
        writable: false,
        readable: true,
        free: false,
        values: Vec::new(),
    }
}

fn tell(b: &mut Builder, name: &str, kind: RelKind, columns: Vec<Column>) {
    b.model.relations.push(Relation {
        name: name.to_owned(),
        kind,
        columns,
        key: Vec::new(),
        hidden_rows: true,
        writable: false,
        labels: Vec::new(),
        sample_keys: vec![1, 2, 3, 5, 8],
        hidden_children: false,
    });
}

/// Views over the administrator's tables.
pub(crate) fn build(b: &mut Builder) {
    b.both(
        "CREATE VIEW w.v_simple AS SELECT id, k, t, b FROM w.base;
CREATE VIEW w.v_barrier WITH (security_barrier) AS SELECT id, k, t FROM w.base WHERE k < 30;
CREATE VIEW w.v_invoker WITH (security_invoker) AS SELECT id, k, t FROM w.big WHERE m > 3;
CREATE VIEW w.v_local AS SELECT id, k, t FROM w.base WHERE k < 40 WITH LOCAL CHECK OPTION;
CREATE VIEW w.v_cascaded AS SELECT id, k, t FROM w.v_barrier WHERE k > 2 WITH CASCADED CHECK OPTION;
CREATE VIEW w.v_join AS SELECT b.id, b.k, m.t, c.x AS ck FROM w.base b JOIN w.many m ON m.id = b.id LEFT JOIN w.kv c ON c.id = b.id;
CREATE VIEW w.v_group AS SELECT k, count(*) AS n, max(t) AS t FROM w.base GROUP BY k;
CREATE VIEW w.v_union AS SELECT id, k, t FROM w.base UNION ALL SELECT id, k, t FROM w.many;
CREATE VIEW w.v_window AS SELECT id, k, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM w.base;
CREATE RECURSIVE VIEW w.v_tree (id, up, depth) AS
	SELECT id, up, 1 FROM w.tree WHERE up IS NULL UNION ALL SELECT t.id, t.up, v.depth + 1 FROM w.tree t JOIN v_tree v ON t.up = v.id;
CREATE VIEW w.v_label AS SELECT id, security_label AS label, k FROM w.many;
CREATE VIEW w.v_parts AS SELECT tableoid::regclass::text AS part, id, k FROM w.pr;
CREATE VIEW w.v_rls AS SELECT id, who, k FROM w.rls;
CREATE VIEW w.v_instead AS SELECT id, k, t FROM w.checked",
    );
    b.both(
        "CREATE FUNCTION w.trg_instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'instead % old % new %', tg_op, old, new;
	INSERT INTO w.log (what, n) VALUES ('instead', COALESCE(new.id, old.id));
	RETURN COALESCE(new, old);
END $$;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON w.v_instead FOR EACH ROW EXECUTE FUNCTION w.trg_instead();
CREATE RULE v_group_ins AS ON INSERT TO w.v_group DO INSTEAD INSERT INTO w.log (what, n) VALUES ('group', NEW.k)",
    );
    b.relation_like("w.base", "w.v_simple", RelKind::View, Some(&["id", "k", "t", "b"]), true);
    b.relation_like("w.base", "w.v_barrier", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.big", "w.v_invoker", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.base", "w.v_local", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.base", "w.v_cascaded", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.checked", "w.v_instead", RelKind::View, Some(&["id", "k", "t"]), true);
    b.relation_like("w.rls", "w.v_rls", RelKind::View, Some(&["id", "who", "k"]), true);
    let (int, big, text) = (
        |n: &str| column(n, "int", Kind::Int),
        |n: &str| column(n, "bigint", Kind::Int),
        |n: &str| column(n, "text", Kind::Text),
    );
    tell(b, "w.v_join", RelKind::View, vec![int("id"), int("k"), text("t"), int("ck")]);
    tell(b, "w.v_group", RelKind::View, vec![int("k"), big("n"), text("t")]);
    tell(b, "w.v_union", RelKind::View, vec![int("id"), int("k"), text("t")]);
    tell(b, "w.v_window", RelKind::View, vec![int("id"), int("k"), big("n")]);
    tell(b, "w.v_tree", RelKind::View, vec![int("id"), int("up"), int("depth")]);
    tell(b, "w.v_label", RelKind::View, vec![int("id"), text("label"), int("k")]);
    tell(b, "w.v_parts", RelKind::View, vec![text("part"), int("id"), int("k")]);

    // A materialized view holds what it held when it was made: by the
    // administrator, who sees all, of rows that the low client sees.
    b.both(
        "CREATE MATERIALIZED VIEW w.mv AS SELECT id, k, t FROM w.base WHERE id < 700;
CREATE UNIQUE INDEX mv_id ON w.mv (id);
CREATE INDEX mv_k ON w.mv (k)",
    );
    b.relation_like("w.base", "w.mv", RelKind::MatView, Some(&["id", "k", "t"]), false);

    // views that are there and not for the low client
    b.both(
        "CREATE VIEW w.zqcanary_view AS SELECT id AS zqcanary_id, t AS zqcanary_t FROM w.base;
SECURITY LABEL FOR selinux ON VIEW w.zqcanary_view IS 'system_u:object_r:sepgsql_view_t:s2';
CREATE VIEW w.v_secret AS SELECT id, secret FROM w.cols",
    );
    b.model.denied_names.extend(["w.zqcanary_view".to_owned(), "w.v_secret".to_owned()]);
}
