//! What a seed makes of the two databases, as far as the generator has to know it.

use crate::stmt::{Call, Role, Statement};

/// Every text that is high holds this; so does every name of a high object.
pub const CANARY: &str = "zqcanary";
/// Every number that is high lies in this range, which nothing else uses.
pub const CANARY_NUMBERS: std::ops::Range<i64> = 777_000_000..778_000_000;

/// Where a step of the set-up runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In both worlds.
    Both,
    /// In world H alone: what is high.
    HighOnly,
}

/// A step of the set-up, in its order.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it runs.
    pub place: Place,
    /// Whose connection.
    pub role: Role,
    /// What is said; it must succeed.
    pub call: Call,
}

/// What kind of relation the low client finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelKind {
    /// An ordinary table, a child or a partition too.
    Table,
    /// A partitioned table.
    Partitioned,
    /// A view.
    View,
    /// A materialized view.
    MatView,
}

/// What kind of values a column has, for literals and expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// int4 or int8, small numbers.
    Int,
    /// numeric.
    Numeric,
    /// text or varchar or a domain over them.
    Text,
    /// bool.
    Bool,
    /// date.
    Date,
    /// timestamp without time zone.
    Timestamp,
    /// int4[].
    IntArray,
    /// text[].
    TextArray,
    /// jsonb.
    Jsonb,
    /// tsvector.
    TsVector,
    /// point, box.
    Geometric,
    /// int4range.
    Range,
    /// bytea.
    Bytea,
    /// anything else: only compared with IS NULL and cast to text.
    Other,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, never one that has to be quoted.
    pub name: String,
    /// Its type as SQL writes it.
    pub sql_type: String,
    /// Its kind.
    pub kind: Kind,
    /// May it be null?
    pub nullable: bool,
    /// May a client give it a value? (Not if generated, or GENERATED ALWAYS.)
    pub writable: bool,
    /// May the low client select it?
    pub readable: bool,
    /// Any value of its kind will do: nothing unique, no check, exclusion, foreign key, domain or partition key on it.
    pub free: bool,
    /// What may stand there where it is not free, as SQL writes it: keys of visible parents, values of the domain ...
    pub values: Vec<String>,
}

/// A relation that the low client knows of.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Qualified by its schema.
    pub name: String,
    /// Its kind.
    pub kind: RelKind,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Columns of its primary key or another unique one; empty if it has none.
    pub key: Vec<String>,
    /// Has it rows in world H (its own, its children's, or below a view) that the low client may not see?
    pub hidden_rows: bool,
    /// May the low client INSERT, UPDATE, DELETE by its privileges and labels? (Statements may try all the same.)
    pub writable: bool,
    /// Labels that the low client may write there.
    pub labels: Vec<String>,
    /// Small numbers that visible keys have, to hit rows with.
    pub sample_keys: Vec<i64>,
    /// Hidden rows refer to its visible ones: to delete one of these, or to change its key, is refused in world H alone,
    /// a documented covert channel.
    pub hidden_children: bool,
}

/// A function that the low client may try to call.
#[derive(Clone, Debug)]
pub struct Function {
    /// Qualified.
    pub name: String,
    /// Kinds of its arguments.
    pub args: Vec<Kind>,
    /// Kind of its result; None: a set or a record.
    pub result: Option<Kind>,
    /// CALL instead of SELECT.
    pub procedure: bool,
    /// An aggregate.
    pub aggregate: bool,
    /// Reads or writes a table that has hidden rows.
    pub touches_hidden: bool,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The set-up.
    pub steps: Vec<Step>,
    /// Relations.
    pub relations: Vec<Relation>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Sequences, qualified.
    pub sequences: Vec<String>,
    /// Large objects that exist in both worlds and the low client sees.
    pub large_objects: Vec<u32>,
    /// Leaky operators of the low client between a column and a value of a kind, as "schema.<<<".
    pub operators: Vec<(String, Kind)>,
    /// Names of objects that exist in world H alone; the low client may guess them.
    pub hidden_names: Vec<String>,
    /// Names of objects in both worlds that the low client may not use.
    pub denied_names: Vec<String>,
    /// Statements of another generator, said between ours.
    pub second: Vec<Statement>,
}
