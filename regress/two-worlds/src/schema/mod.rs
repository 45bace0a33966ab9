//! What the two databases hold: a schema and its data, from a seed.
//!
//! Three schemas: `w`, made by the administrator; `own`, made by the low
//! client; `zqcanary_s`, which is hidden. Ordinary privileges are granted on
//! everything, so that labels alone decide.
//!
//! Whatever world H alone gets is made in both first, in a transaction that is
//! rolled back: the dictionaries of labels are then the same in both worlds.
//! That a label is in use is told by design, for example where error DETAIL is
//! left out; which rows and objects there are must not be.
//!
//! Names that begin with `cov_` are where the existence of hidden rows shows by
//! design: keys that collide, references that hold. Keys of hidden rows lie
//! elsewhere in the canary range, so that they collide with nothing.

mod code;
mod dice;
mod hidden;
mod keys;
mod low;
mod parts;
mod table;
mod tables;
mod views;

use crate::model::{Function, Kind, Model, Place, RelKind, Relation, Step};
use crate::stmt::{Call, Role};
use dice::Dice;

/// Labels that the low client may read, and those that it may not.
pub(crate) struct Labels {
    /// Rows of these are seen by the low client, and it may write them.
    pub(crate) visible: Vec<String>,
    /// It sees these, and may not change them.
    pub(crate) readonly: Vec<String>,
    /// It does not see these.
    pub(crate) hidden: Vec<String>,
    /// Some of the visible ones, for the generator.
    pub(crate) writable: Vec<String>,
}

/// A model that is being built.
pub(crate) struct Builder {
    pub(crate) dice: Dice,
    pub(crate) labels: Labels,
    pub(crate) model: Model,
}

/// A label of an object of the administrator's that the low client does not see.
pub(crate) const HIDDEN_LEVELS: [&str; 6] =
    ["s1", "s2", "s3", "s0:c21", "s1:c0.c20", "s3:c5,c30.c40"];

impl Builder {
    fn step(&mut self, place: Place, role: Role, sql: &str) {
        let sql = sql.trim().to_owned();
        assert!(!sql.is_empty());
        self.model.steps.push(Step { place, role, call: Call::Simple(sql) });
    }

    /// The administrator does this in both worlds.
    pub(crate) fn both(&mut self, sql: &str) {
        self.step(Place::Both, Role::Admin, sql);
    }

    /// The low client does this in both worlds.
    pub(crate) fn low(&mut self, sql: &str) {
        self.step(Place::Both, Role::Low, sql);
    }

    /// This is high: in world H for good, in both to be rolled back.
    pub(crate) fn high_by(&mut self, role: Role, sql: &str) {
        let sql = sql.trim().trim_end_matches(';');
        // what hidden rows refer to is not there in world L
        let unchecked = match role {
            Role::Admin => "SET LOCAL session_replication_role = replica;\n",
            _ => "",
        };
        let primed = format!("BEGIN;\n{unchecked}{sql};\nROLLBACK;");
        self.step(Place::Both, role, &primed);
        self.step(Place::HighOnly, role, sql);
    }

    /// This is high, and cannot be tried first: its labels must be in use.
    pub(crate) fn high_only(&mut self, sql: &str) {
        self.step(Place::HighOnly, Role::Admin, sql);
    }

    /// The same, by the administrator.
    pub(crate) fn high(&mut self, sql: &str) {
        self.high_by(Role::Admin, sql);
    }

    /// A function that the low client may call.
    pub(crate) fn function(
        &mut self,
        name: &str,
        args: &[Kind],
        result: Option<Kind>,
        touches_hidden: bool,
    ) {
        self.model.functions.push(Function {
            name: name.to_owned(),
            args: args.to_vec(),
            result,
            procedure: false,
            aggregate: false,
            touches_hidden,
        });
    }

    /// An aggregate that the low client may call.
    pub(crate) fn aggregate(&mut self, name: &str, args: &[Kind], result: Kind) {
        self.model.functions.push(Function {
            name: name.to_owned(),
            args: args.to_vec(),
            result: Some(result),
            procedure: false,
            aggregate: true,
            touches_hidden: false,
        });
    }

    /// A procedure that the low client may call.
    pub(crate) fn procedure(&mut self, name: &str, args: &[Kind], touches_hidden: bool) {
        self.model.functions.push(Function {
            name: name.to_owned(),
            args: args.to_vec(),
            result: None,
            procedure: true,
            aggregate: false,
            touches_hidden,
        });
    }

    /// A relation like another one: a view of it, a child.
    pub(crate) fn relation_like(
        &mut self,
        of: &str,
        name: &str,
        kind: RelKind,
        columns: Option<&[&str]>,
        writable: bool,
    ) {
        let mut relation = self.relation(of).clone();
        relation.name = name.to_owned();
        relation.kind = kind;
        relation.writable = writable;
        if matches!(kind, RelKind::View | RelKind::MatView) {
            relation.labels.clear();
        }
        if let Some(columns) = columns {
            relation.columns.retain(|c| columns.contains(&c.name.as_str()));
            if !relation.key.iter().all(|k| columns.contains(&k.as_str())) {
                relation.key.clear();
            }
        }
        self.model.relations.push(relation);
    }

    /// What a column of a relation takes: a partition's key.
    pub(crate) fn takes(&mut self, relation: &str, column: &str, values: &[&str]) {
        let relation =
            self.model.relations.iter_mut().find(|r| r.name == relation).expect("a relation");
        let column = relation.columns.iter_mut().find(|c| c.name == column).expect("a column");
        column.free = false;
        column.values = values.iter().map(|v| (*v).to_owned()).collect();
    }

    /// What is known of a relation.
    pub(crate) fn relation(&self, name: &str) -> &Relation {
        self.model
            .relations
            .iter()
            .find(|r| r.name == name)
            .unwrap_or_else(|| panic!("no relation {name}"))
    }
}

/// Labels of rows: dozens that are seen, a dozen that are not.
fn labels(dice: &mut Dice) -> Labels {
    let users = ["system_u", "unconfined_u", "staff_u", "user_u"];
    let mut visible = vec!["system_u:object_r:sepgsql_table_t:s0".to_owned()];
    for _ in 0..dice.between(20, 45) {
        let user = dice.pick(&users);
        let kind = if dice.chance(15) { "user_sepgsql_table_t" } else { "sepgsql_table_t" };
        let range = match dice.below(5) {
            0 => "s0".to_owned(),
            1 => format!("s0:c{}", dice.below(21)),
            2 => {
                let low = dice.below(17);
                format!("s0:c{low}.c{}", low + 2 + dice.below(3))
            }
            3 => {
                let low = dice.below(9);
                format!("s0:c{low},c{}", low + 2 + dice.below(10))
            }
            _ => {
                let low = dice.below(6);
                format!("s0:c{low},c{},c{}", low + 2 + dice.below(5), 14 + dice.below(7))
            }
        };
        let label = format!("{user}:object_r:{kind}:{range}");
        if !visible.contains(&label) {
            visible.push(label);
        }
    }
    let readonly = vec![
        "system_u:object_r:sepgsql_ro_table_t:s0".to_owned(),
        format!("staff_u:object_r:sepgsql_ro_table_t:s0:c{}", dice.below(21)),
        format!("system_u:object_r:sepgsql_fixed_table_t:s0:c{}", dice.below(21)),
        "system_u:object_r:sepgsql_sysobj_t:s0".to_owned(),
    ];
    let mut hidden = vec![
        "system_u:object_r:sepgsql_table_t:s1".to_owned(),
        "system_u:object_r:sepgsql_table_t:s0:c21".to_owned(),
        "system_u:object_r:sepgsql_table_t:s0:c0.c21".to_owned(),
        "system_u:object_r:sepgsql_secret_table_t:s0".to_owned(),
        "staff_u:object_r:user_sepgsql_table_t:s3".to_owned(),
        "system_u:object_r:unpriv_sepgsql_table_t:s0".to_owned(),
        "system_u:object_r:unlabeled_t:s15:c0.c1023".to_owned(),
    ];
    for _ in 0..dice.between(4, 10) {
        let user = dice.pick(&users);
        let range = match dice.below(4) {
            0 => format!("s{}:c{}", 1 + dice.below(3), dice.below(51)),
            1 => format!("s0:c{},c{}", dice.below(20), 22 + dice.below(28)),
            2 => format!("s{}", 1 + dice.below(15)),
            _ => format!("s{}:c{}.c{}", dice.below(4), 2 + dice.below(10), 21 + dice.below(200)),
        };
        let label = format!("{user}:object_r:sepgsql_table_t:{range}");
        if !hidden.contains(&label) {
            hidden.push(label);
        }
    }
    let writable = visible.iter().take(12).cloned().collect();
    Labels { visible, readonly, hidden, writable }
}

/// The two databases of a seed.
pub fn build(seed: u64) -> Model {
    let mut dice = Dice::new(seed);
    let labels = labels(&mut dice);
    let mut b = Builder { dice, labels, model: Model::default() };

    b.both("SET client_min_messages = error");
    b.step(Place::Both, Role::Low, "SET client_min_messages = error");
    b.step(Place::Both, Role::High, "SET client_min_messages = error");
    b.both("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public");
    b.both("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public");
    b.both(
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TYPES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON LARGE OBJECTS TO PUBLIC",
    );
    b.both("DO $$ BEGIN EXECUTE format('GRANT ALL ON DATABASE %I TO PUBLIC', current_database()); END $$");
    b.both("CREATE SCHEMA w; GRANT ALL ON SCHEMA w, public TO PUBLIC");
    b.low("CREATE SCHEMA own");
    b.low(
        "GRANT ALL ON SCHEMA own TO PUBLIC;
         ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT ALL ON TABLES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT ALL ON SEQUENCES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT ALL ON FUNCTIONS TO PUBLIC",
    );

    code::types(&mut b);
    code::functions(&mut b);
    tables::build(&mut b);
    keys::build(&mut b);
    parts::build(&mut b);
    code::after_tables(&mut b);
    views::build(&mut b);
    low::build(&mut b);
    hidden::build(&mut b);
    code::event_triggers(&mut b);

    // What the administrator's maintenance leaves: statistics of all rows, and
    // pages that are all visible.
    b.both("ANALYZE");
    if b.dice.chance(70) {
        b.both("VACUUM w.big");
        b.both("VACUUM w.base");
    }
    b.both("RESET ALL");
    b.step(Place::Both, Role::Low, "RESET ALL");
    b.step(Place::Both, Role::High, "RESET ALL");
    b.model
}

/// The set-up as a script for psql, of world H or of world L.
pub fn script(model: &Model, high: bool) -> String {
    let mut script = String::from("\\set ON_ERROR_STOP on\n");
    let mut last = None;
    for step in &model.steps {
        if step.place == Place::HighOnly && !high {
            continue;
        }
        if last != Some(step.role) {
            let role = match step.role {
                Role::Admin => "postgres",
                Role::Low => "w_low",
                Role::High => "w_high",
            };
            script.push_str(&format!("\\connect - {role}\nSET client_min_messages = error;\n"));
            last = Some(step.role);
        }
        match &step.call {
            Call::Simple(sql) => {
                script.push_str(sql);
                script.push_str(if sql.ends_with(';') { "\n" } else { ";\n" });
            }
            other => panic!("a step that is no script: {other:?}"),
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_one_model() {
        for seed in 0..20 {
            let (one, two) = (build(seed), build(seed));
            assert_eq!(script(&one, true), script(&two, true));
            assert_eq!(script(&one, false), script(&two, false));
            assert_ne!(script(&one, true), script(&one, false));
        }
        assert_ne!(script(&build(1), true), script(&build(2), true));
    }

    #[test]
    fn what_the_generator_needs_is_there() {
        for seed in 0..20 {
            let model = build(seed);
            let mut names: Vec<_> = model.relations.iter().map(|r| &r.name).collect();
            names.sort();
            let known = names.len();
            names.dedup();
            assert_eq!(names.len(), known, "a relation twice");
            for relation in &model.relations {
                assert!(!relation.columns.is_empty(), "{}", relation.name);
                for key in &relation.key {
                    assert!(
                        relation.columns.iter().any(|c| &c.name == key),
                        "{}.{key}",
                        relation.name
                    );
                }
            }
            assert!(model.relations.iter().filter(|r| r.hidden_rows).count() >= 20);
            assert!(model.functions.len() >= 15);
            assert!(!model.operators.is_empty() && !model.sequences.is_empty());
            assert!(!model.large_objects.is_empty() && !model.hidden_names.is_empty());
        }
    }
}
