//! Partitions by range, list and hash, with default partitions and more than
//! one level; inheritance; triggers and keys over them.

use super::Builder;
use super::table::{Col, Table, samples};
use crate::model::{Kind, RelKind};

/// Partitioned tables and inheritance.
pub(crate) fn build(b: &mut Builder) {
    range(b);
    list(b);
    hash(b);
    inheritance(b);
    closed(b);
}

fn cols(b: &mut Builder, name: &str) -> Table {
    let d = &mut b.dice;
    Table::new(name)
        .col(Col::key("id", "int"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .col(Col::new(d, "d", "date", Kind::Date).nulls(11))
        .partitioned()
}

fn range(b: &mut Builder) {
    let table = cols(b, "w.pr").tail("PARTITION BY RANGE (id)").key(&["id"]);
    table.create(b, true, samples(150));
    b.both(
        "CREATE TABLE w.pr_1 PARTITION OF w.pr (PRIMARY KEY (id)) FOR VALUES FROM (MINVALUE) TO (50);
         CREATE TABLE w.pr_2 (d date, t text, id int NOT NULL, gone int, k int);
         ALTER TABLE w.pr_2 DROP gone;
         ALTER TABLE w.pr ATTACH PARTITION w.pr_2 FOR VALUES FROM (50) TO (100);
         CREATE TABLE w.pr_d PARTITION OF w.pr DEFAULT",
    );
    b.both("ALTER TABLE w.pr ADD CONSTRAINT pr_pk PRIMARY KEY (id)");
    b.both("CREATE INDEX pr_k ON w.pr (k)");
    if b.dice.chance(70) {
        b.both("CREATE TRIGGER pr_show AFTER INSERT OR UPDATE OR DELETE ON w.pr FOR EACH ROW EXECUTE FUNCTION w.trg_show()");
    }
    table.rows(b, 150, 70);
    // hidden rows beside visible ones in the first partitions, too
    let labels = b.labels.hidden.clone();
    let sql = table.insert(1, 30, &labels, true).replace("777000000 + i, ", "-i, ");
    b.high(&sql);
    for part in ["w.pr_1", "w.pr_2", "w.pr_d"] {
        b.relation_like("w.pr", part, RelKind::Table, None, true);
    }
    b.takes("w.pr_1", "id", &["-401", "-402", "0", "7", "23", "48"]);
    b.takes("w.pr_2", "id", &["50", "55", "77", "99"]);
    b.takes("w.pr_d", "id", &["100", "140", "149", "5001", "5002", "5003"]);
    let d = &mut b.dice;
    let child = Table::new("w.pr_ref")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(
            Col::new(d, "pid", "int", Kind::Int)
                .values("1 + i % 150", "777000001 + i % 70")
                .extra("REFERENCES w.pr ON DELETE CASCADE ON UPDATE CASCADE")
                .takes(&["1", "30", "60", "99", "120", "NULL"]),
        )
        .key(&["id"]);
    child.build(b, 40, 20);
}

fn list(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.pl")
        .col(Col::new(d, "id", "int", Kind::Int).values("i", "777000000 + i"))
        .col(
            Col::new(d, "c", "text", Kind::Text)
                .values(
                    "(ARRAY['a','b','c','d'])[1 + i % 4]",
                    "(ARRAY['a','b','zqcanary','d'])[1 + i % 4]",
                )
                .takes(&["'a'", "'b'", "'c'", "'x'", "NULL"]),
        )
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(
            Col::new(d, "g", "int", Kind::Int)
                .extra("GENERATED ALWAYS AS (k + 1) STORED")
                .generated(),
        )
        .partitioned()
        .tail("PARTITION BY LIST (c)");
    table.create(b, true, samples(100));
    b.both(
        "CREATE TABLE w.pl_a PARTITION OF w.pl FOR VALUES IN ('a', NULL);
         CREATE TABLE w.pl_b PARTITION OF w.pl FOR VALUES IN ('b') PARTITION BY HASH (id);
         CREATE TABLE w.pl_b0 PARTITION OF w.pl_b FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE w.pl_b1 PARTITION OF w.pl_b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
         CREATE TABLE w.pl_d PARTITION OF w.pl DEFAULT;
         CREATE INDEX pl_k ON w.pl USING btree (k) INCLUDE (c);
         CREATE INDEX pl_kb ON w.pl USING brin (k)",
    );
    table.rows(b, 100, 60);
    b.relation_like("w.pl", "w.pl_a", RelKind::Table, None, true);
    b.relation_like("w.pl", "w.pl_b", RelKind::Partitioned, None, true);
    b.relation_like("w.pl", "w.pl_b0", RelKind::Table, None, true);
    b.relation_like("w.pl", "w.pl_d", RelKind::Table, None, true);
    b.takes("w.pl_a", "c", &["'a'", "NULL"]);
    b.takes("w.pl_b", "c", &["'b'"]);
    b.takes("w.pl_b0", "c", &["'b'"]);
    b.takes("w.pl_d", "c", &["'c'", "'d'", "'x'"]);
}

fn hash(b: &mut Builder) {
    let table = cols(b, "w.ph").tail("PARTITION BY HASH (id, k)");
    table.create(b, true, samples(90));
    b.both(
        "CREATE TABLE w.ph_0 PARTITION OF w.ph FOR VALUES WITH (MODULUS 3, REMAINDER 0);
         CREATE TABLE w.ph_1 PARTITION OF w.ph FOR VALUES WITH (MODULUS 3, REMAINDER 1);
         CREATE TABLE w.ph_2 PARTITION OF w.ph FOR VALUES WITH (MODULUS 3, REMAINDER 2);
         CREATE UNIQUE INDEX ph_u ON w.ph (id, k)",
    );
    table.rows(b, 90, 50);
    b.relation_like("w.ph", "w.ph_1", RelKind::Table, None, true);
}

fn inheritance(b: &mut Builder) {
    let table = cols(b, "w.inh").not_partitioned();
    table.create(b, true, samples(30));
    b.both(
        "CREATE TABLE w.inh_a (extra text DEFAULT 'x') INHERITS (w.inh);
         CREATE TABLE w.inh_b (t text, id int NOT NULL, more int, k int, d date);
         ALTER TABLE w.inh_b INHERIT w.inh;
         CREATE TABLE w.inh_c () INHERITS (w.inh_a);
         CREATE INDEX inh_k ON w.inh (k);
         CREATE INDEX inh_a_k ON w.inh_a (k);
         CREATE INDEX inh_b_k ON w.inh_b (k)",
    );
    table.rows(b, 30, 20);
    for (n, child) in ["w.inh_a", "w.inh_b", "w.inh_c"].iter().enumerate() {
        b.relation_like("w.inh", child, RelKind::Table, None, true);
        let from = 100 * (n as u64 + 1);
        let table = cols(b, child);
        table.fill(b, from, from + 25);
        table.hide(b, from, from + 15);
    }
}

/// A parent with a partition that the low client may not use: it is denied the
/// parent, too, and has the others.
fn closed(b: &mut Builder) {
    let table = cols(b, "w.pc").tail("PARTITION BY RANGE (id)").read_only();
    table.create_untold(b);
    b.both(
        "CREATE TABLE w.pc_1 PARTITION OF w.pc FOR VALUES FROM (0) TO (50);
         CREATE TABLE w.zqcanary_pc PARTITION OF w.pc FOR VALUES FROM (50) TO (100);
         CREATE TABLE w.pc_d PARTITION OF w.pc DEFAULT;
         CREATE INDEX pc_k ON w.pc (k);
         SECURITY LABEL FOR selinux ON TABLE w.zqcanary_pc IS 'system_u:object_r:sepgsql_table_t:s3'",
    );
    b.relation_like("w.ph", "w.pc_1", RelKind::Table, None, true);
    b.relation_like("w.ph", "w.pc_d", RelKind::Table, None, true);
    b.takes("w.pc_1", "id", &["1", "12", "33", "49"]);
    b.takes("w.pc_d", "id", &["-5", "100", "120", "400"]);
    table.fill(b, 1, 49);
    table.hide(b, 1, 25);
    let labels = b.labels.hidden.clone();
    let part = cols(b, "w.zqcanary_pc");
    let sql = part.insert(1, 20, &labels, true).replace("777000000 + i, ", "50 + i, ");
    b.high(&sql);
    b.model.denied_names.extend(["w.zqcanary_pc".to_owned(), "w.pc".to_owned()]);
}
