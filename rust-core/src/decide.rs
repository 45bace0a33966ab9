//! Which permissions an operation needs, by the class of what it works on.
//!
//! The tables tell what is asked of tables, columns and rows (and of what is
//! used like a table) when data is read and written; C asks for everything
//! else by naming the permission.

use crate::class::*;

/// Read.
pub const SEPG_OP_SELECT: u32 = 1 << 0;
/// Add.
pub const SEPG_OP_INSERT: u32 = 1 << 1;
/// Change.
pub const SEPG_OP_UPDATE: u32 = 1 << 2;
/// Remove.
pub const SEPG_OP_DELETE: u32 = 1 << 3;
/// LOCK, and every strength of SELECT FOR UPDATE, on tables.
pub const SEPG_OP_LOCK: u32 = 1 << 4;
/// TRUNCATE.
pub const SEPG_OP_TRUNCATE: u32 = 1 << 5;
/// SELECT FOR UPDATE and FOR NO KEY UPDATE.
pub const SEPG_OP_ROWLOCK_UPDATE: u32 = 1 << 6;
/// SELECT FOR SHARE and FOR KEY SHARE.
pub const SEPG_OP_ROWLOCK_SHARE: u32 = 1 << 7;
/// Carry another label than the default, at creation.
pub const SEPG_OP_LABEL_NEW: u32 = 1 << 8;
/// Have the label changed: asked of the old label.
pub const SEPG_OP_RELABEL_OLD: u32 = 1 << 9;
/// Have the label changed: asked of the new label.
pub const SEPG_OP_RELABEL_NEW: u32 = 1 << 10;

/// The permissions that one operation needs.
type Rule = (u32, u32);

const TABLE: &[Rule] = &[
    (SEPG_OP_SELECT, SEPG_DB_TABLE__SELECT),
    (SEPG_OP_INSERT, SEPG_DB_TABLE__INSERT),
    (SEPG_OP_UPDATE, SEPG_DB_TABLE__UPDATE),
    (SEPG_OP_DELETE, SEPG_DB_TABLE__DELETE),
    (SEPG_OP_LOCK, SEPG_DB_TABLE__LOCK),
    // Reference policies do not know truncate, and may allow what they do not
    // know; it removes rows, as delete does.
    (SEPG_OP_TRUNCATE, SEPG_DB_TABLE__TRUNCATE | SEPG_DB_TABLE__DELETE),
    (SEPG_OP_ROWLOCK_UPDATE, SEPG_DB_TABLE__LOCK),
    (SEPG_OP_ROWLOCK_SHARE, SEPG_DB_TABLE__LOCK),
    (SEPG_OP_LABEL_NEW, SEPG_DB_TABLE__CREATE),
    (SEPG_OP_RELABEL_OLD, SEPG_DB_TABLE__SETATTR | SEPG_DB_TABLE__RELABELFROM),
    (SEPG_OP_RELABEL_NEW, SEPG_DB_TABLE__RELABELTO),
];

const COLUMN: &[Rule] = &[
    (SEPG_OP_SELECT, SEPG_DB_COLUMN__SELECT),
    (SEPG_OP_INSERT, SEPG_DB_COLUMN__INSERT),
    (SEPG_OP_UPDATE, SEPG_DB_COLUMN__UPDATE),
    (SEPG_OP_LABEL_NEW, SEPG_DB_COLUMN__CREATE),
    (SEPG_OP_RELABEL_OLD, SEPG_DB_COLUMN__SETATTR | SEPG_DB_COLUMN__RELABELFROM),
    (SEPG_OP_RELABEL_NEW, SEPG_DB_COLUMN__RELABELTO),
];

const ROW: &[Rule] = &[
    (SEPG_OP_SELECT, SEPG_DB_TUPLE__SELECT),
    (SEPG_OP_INSERT, SEPG_DB_TUPLE__INSERT),
    (SEPG_OP_UPDATE, SEPG_DB_TUPLE__UPDATE),
    (SEPG_OP_DELETE, SEPG_DB_TUPLE__DELETE),
    (SEPG_OP_TRUNCATE, SEPG_DB_TUPLE__DELETE),
    (SEPG_OP_ROWLOCK_UPDATE, SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE),
    (SEPG_OP_ROWLOCK_SHARE, SEPG_DB_TUPLE__SELECT),
    (SEPG_OP_LABEL_NEW, SEPG_DB_TUPLE__INSERT),
    (SEPG_OP_RELABEL_OLD, SEPG_DB_TUPLE__UPDATE | SEPG_DB_TUPLE__RELABELFROM),
    (SEPG_OP_RELABEL_NEW, SEPG_DB_TUPLE__RELABELTO),
];

const SEQUENCE: &[Rule] = &[(SEPG_OP_SELECT, SEPG_DB_SEQUENCE__GET_VALUE)];

const VIEW: &[Rule] = &[
    (SEPG_OP_SELECT, SEPG_DB_VIEW__EXPAND),
    (SEPG_OP_INSERT, SEPG_DB_VIEW__EXPAND),
    (SEPG_OP_UPDATE, SEPG_DB_VIEW__EXPAND),
    (SEPG_OP_DELETE, SEPG_DB_VIEW__EXPAND),
];

/// The rules for data, by class; a catalog's row of any other class is read
/// and written by the bits that rows and all classes have in common.
fn rules(class: Class) -> &'static [Rule] {
    match class.number() {
        SEPG_CLASS_DB_TABLE => TABLE,
        SEPG_CLASS_DB_COLUMN => COLUMN,
        SEPG_CLASS_DB_SEQUENCE => SEQUENCE,
        SEPG_CLASS_DB_VIEW => VIEW,
        SEPG_CLASS_DB_TUPLE => ROW,
        _ => &[],
    }
}

fn collect(rules: &[Rule], operations: u32) -> u32 {
    rules.iter().filter(|(op, _)| operations & op != 0).fold(0, |all, (_, perms)| all | perms)
}

/// What using the data of something of this class takes.
pub fn data_permissions(class: Class, operations: u32) -> u32 {
    collect(rules(class), operations)
}

/// What reading and writing the row itself takes, in the class of what the row
/// describes: a catalog's row stands for its object.
pub fn row_permissions(class: Class, operations: u32) -> u32 {
    // The six bits are the same in every db_* class; see class.
    if class.number() > SEPG_CLASS_DB_LANGUAGE { 0 } else { collect(ROW, operations) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(number: u32) -> Class {
        Class::new(number).unwrap()
    }

    #[test]
    fn every_permission_of_a_rule_is_its_class_own() {
        for c in Class::all() {
            assert_eq!(data_permissions(c, u32::MAX) & !c.all_permissions(), 0, "{}", c.name());
            assert_eq!(row_permissions(c, u32::MAX) & !c.all_permissions(), 0, "{}", c.name());
        }
    }

    #[test]
    fn a_catalog_row_asks_for_the_object() {
        let asked = row_permissions(class(SEPG_CLASS_DB_TABLE), SEPG_OP_SELECT | SEPG_OP_UPDATE);
        assert_eq!(asked, SEPG_DB_TABLE__GETATTR | SEPG_DB_TABLE__SETATTR);
        let asked = row_permissions(class(SEPG_CLASS_DB_PROCEDURE), SEPG_OP_INSERT);
        assert_eq!(asked, SEPG_DB_PROCEDURE__CREATE);
        assert_eq!(row_permissions(class(SEPG_CLASS_FILE), u32::MAX), 0);
    }

    #[test]
    fn row_locks() {
        let row = class(SEPG_CLASS_DB_TUPLE);
        let shared = data_permissions(row, SEPG_OP_ROWLOCK_SHARE);
        let exclusive = data_permissions(row, SEPG_OP_ROWLOCK_UPDATE);
        assert_eq!(shared, SEPG_DB_TUPLE__SELECT);
        assert_eq!(exclusive, SEPG_DB_TUPLE__SELECT | SEPG_DB_TUPLE__UPDATE);
        let table = class(SEPG_CLASS_DB_TABLE);
        assert_eq!(data_permissions(table, SEPG_OP_ROWLOCK_SHARE), SEPG_DB_TABLE__LOCK);
    }
}
