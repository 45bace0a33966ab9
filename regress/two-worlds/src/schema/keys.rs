//! Foreign keys with every action; hidden children of visible parents, hidden
//! parents, and triggers that print what a key's action brings them.

use super::Builder;
use super::table::{Col, Table};
use crate::model::Kind;

/// Parents and children.
pub(crate) fn build(b: &mut Builder) {
    plain(b);
    for (action, sql) in [
        ("noaction", "ON DELETE NO ACTION ON UPDATE NO ACTION"),
        ("restrict", "ON DELETE RESTRICT ON UPDATE RESTRICT"),
        ("cascade", "ON DELETE CASCADE ON UPDATE CASCADE"),
        ("setnull", "ON DELETE SET NULL ON UPDATE SET NULL"),
        ("setdefault", "ON DELETE SET DEFAULT ON UPDATE SET DEFAULT"),
        ("deferred", "ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED"),
        ("mixed", "ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE"),
    ] {
        if b.dice.chance(80) {
            colliding(b, action, sql);
        }
    }
    dangling(b);
    tree(b);
    composite(b);
}

fn parent(b: &mut Builder, name: &str) -> Table {
    let constraint = format!("CONSTRAINT {}_pk PRIMARY KEY", name.trim_start_matches("w."));
    let d = &mut b.dice;
    Table::new(name)
        .col(Col::key("id", "int").extra(&constraint))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"])
}

/// Hidden parents have hidden children only, visible ones visible ones: no
/// statement meets the others, and actions work.
fn plain(b: &mut Builder) {
    parent(b, "w.par").build(b, 40, 30);
    for (name, action) in [
        ("w.child", "ON DELETE CASCADE ON UPDATE CASCADE"),
        ("w.child_null", "ON DELETE SET NULL (pid) ON UPDATE SET NULL"),
        ("w.child_keep", "DEFERRABLE INITIALLY DEFERRED"),
    ] {
        let d = &mut b.dice;
        let table = Table::new(name)
            .col(Col::key("id", "int").extra("PRIMARY KEY"))
            .col(
                Col::new(d, "pid", "int", Kind::Int)
                    .values("1 + i % 40", "777000001 + i % 30")
                    .extra(&format!("REFERENCES w.par {action}"))
                    .takes(&["1", "4", "9", "17", "20", "NULL"]),
            )
            .col(Col::new(d, "t", "text", Kind::Text))
            .key(&["id"]);
        table.create(b, true, super::table::samples(50));
        b.both(&format!("CREATE INDEX ON {name} (pid)"));
        // the administrator's, and it shows the rows that an action changes
        b.both(&format!("CREATE TRIGGER show BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION w.trg_show()"));
        table.rows(b, 50, 40);
    }
}

/// Some visible parents have hidden children, and there are hidden parents
/// whose keys nobody refers to: what the low client is told of those is that
/// they exist.
fn colliding(b: &mut Builder, action: &str, sql: &str) {
    let name = format!("w.cov_par_{action}");
    let constraint = format!("CONSTRAINT cov_par_{action}_pk PRIMARY KEY");
    let d = &mut b.dice;
    let table = Table::new(&name)
        .col(Col::key("id", "int").extra(&constraint).values("i", "60 + i"))
        .col(Col::new(d, "k", "int", Kind::Int))
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"])
        .parent();
    table.build(b, 30, 6);

    let child = format!("w.cov_ch_{action}");
    let d = &mut b.dice;
    let table = Table::new(&child)
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(
            Col::new(d, "pid", "int", Kind::Int)
                .values("1 + i % 22", "25 + i % 5")
                .extra(&format!("DEFAULT 1 CONSTRAINT cov_fk_{action} REFERENCES {name} {sql}"))
                .takes(&["1", "4", "9", "17", "20", "NULL"]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    table.create(b, true, super::table::samples(30));
    if b.dice.chance(50) {
        b.both(&format!("CREATE INDEX ON {child} (pid)"));
    }
    if b.dice.chance(60) {
        b.both(&format!("CREATE TRIGGER show BEFORE UPDATE OR DELETE ON {child} FOR EACH ROW EXECUTE FUNCTION w.trg_show()"));
        b.both(&format!("CREATE TRIGGER show2 AFTER UPDATE OR DELETE ON {child} FOR EACH ROW EXECUTE FUNCTION w.trg_show()"));
    }
    table.rows(b, 30, 10);
}

/// Visible children of hidden parents: there before the key was, which is not
/// valid yet.
fn dangling(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.cov_lord")
        .col(
            Col::key("id", "int").extra("CONSTRAINT cov_lord_pk PRIMARY KEY").values("i", "70 + i"),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    table.build(b, 20, 8);
    let d = &mut b.dice;
    let table = Table::new("w.vassal")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(
            Col::new(d, "lord", "int", Kind::Int)
                .values("CASE WHEN i % 3 = 0 THEN 71 + i % 8 ELSE 1 + i % 20 END", "71 + i % 8")
                .takes(&["1", "4", "9", "17", "20", "NULL"]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    table.build(b, 30, 10);
    b.both("ALTER TABLE w.vassal ADD CONSTRAINT vassal_lord FOREIGN KEY (lord) REFERENCES w.cov_lord ON UPDATE CASCADE ON DELETE SET NULL NOT VALID");
    if b.dice.chance(40) {
        b.both("ALTER TABLE w.vassal ADD CONSTRAINT vassal_loose FOREIGN KEY (lord) REFERENCES w.par NOT ENFORCED");
    }
}

/// A table that refers to itself.
fn tree(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.tree")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(
            Col::new(d, "up", "int", Kind::Int)
                .values("NULLIF(i / 2, 0)", "NULLIF(777000000 + i / 2, 777000000)")
                .extra("REFERENCES w.tree ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
                .takes(&["1", "4", "9", "17", "20", "NULL"]),
        )
        .col(Col::new(d, "t", "text", Kind::Text))
        .key(&["id"]);
    table.create(b, true, super::table::samples(31));
    b.both("CREATE INDEX tree_up ON w.tree (up)");
    table.fill(b, 1, 31);
    table.hide(b, 1, 20);
}

/// A key of two columns, MATCH FULL.
fn composite(b: &mut Builder) {
    let d = &mut b.dice;
    let table = Table::new("w.grid")
        .col(Col::key("x", "int").values("i % 6", "777000000 + i"))
        .col(Col::key("y", "int").values("i / 6", "i / 6"))
        .col(Col::new(d, "t", "text", Kind::Text))
        .constraint("CONSTRAINT grid_pk PRIMARY KEY (x, y) INCLUDE (t)")
        .key(&["x", "y"]);
    table.create(b, true, vec![0, 1, 2, 3, 4, 5]);
    table.fill(b, 1, 35);
    table.hide(b, 1, 20);
    let d = &mut b.dice;
    let table = Table::new("w.piece")
        .col(Col::key("id", "int").extra("PRIMARY KEY"))
        .col(
            Col::new(d, "x", "int", Kind::Int)
                .values("NULLIF(i, 9) % 6", "777000001 + i % 20")
                .takes(&["1", "3", "5"]),
        )
        .col(
            Col::new(d, "y", "int", Kind::Int)
                .values("CASE WHEN i <> 9 THEN i / 6 END", "(1 + i % 20) / 6")
                .takes(&["1", "2", "3"]),
        )
        .constraint(
            "CONSTRAINT piece_fk FOREIGN KEY (x, y) REFERENCES w.grid MATCH FULL ON UPDATE CASCADE",
        )
        .key(&["id"]);
    table.build(b, 30, 10);
}
