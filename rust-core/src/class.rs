//! Object classes and permissions: the core's own numbers, and their names.
//!
//! The numbers here are stable and known to C; a loaded policy's numbers are
//! resolved by name at each policy load, and never leave the server modules.

/// Not a class.
pub const SEPG_CLASS_INVALID: u32 = 0;
/// A database.
pub const SEPG_CLASS_DB_DATABASE: u32 = 1;
/// A schema.
pub const SEPG_CLASS_DB_SCHEMA: u32 = 2;
/// A table.
pub const SEPG_CLASS_DB_TABLE: u32 = 3;
/// A column.
pub const SEPG_CLASS_DB_COLUMN: u32 = 4;
/// A row.
pub const SEPG_CLASS_DB_TUPLE: u32 = 5;
/// A function.
pub const SEPG_CLASS_DB_PROCEDURE: u32 = 6;
/// A large object.
pub const SEPG_CLASS_DB_BLOB: u32 = 7;
/// A sequence.
pub const SEPG_CLASS_DB_SEQUENCE: u32 = 8;
/// A view.
pub const SEPG_CLASS_DB_VIEW: u32 = 9;
/// A procedural language.
pub const SEPG_CLASS_DB_LANGUAGE: u32 = 10;
/// A process, that is a client's label.
pub const SEPG_CLASS_PROCESS: u32 = 11;
/// A regular file of the server's host.
pub const SEPG_CLASS_FILE: u32 = 12;
/// A directory.
pub const SEPG_CLASS_DIR: u32 = 13;
/// A symbolic link.
pub const SEPG_CLASS_LNK_FILE: u32 = 14;
/// A character device.
pub const SEPG_CLASS_CHR_FILE: u32 = 15;
/// A block device.
pub const SEPG_CLASS_BLK_FILE: u32 = 16;
/// A socket in the file system.
pub const SEPG_CLASS_SOCK_FILE: u32 = 17;
/// A named pipe.
pub const SEPG_CLASS_FIFO_FILE: u32 = 18;
/// The security server itself.
pub const SEPG_CLASS_SECURITY: u32 = 19;
/// One more than the highest class.
pub const SEPG_CLASS_COUNT: u32 = 20;

/// Declares the permission bits of one class, as constants for C and as a table.
macro_rules! permissions {
    ($table:ident: $($constant:ident = $bit:literal, $name:literal;)*) => {
        $(
            #[doc = concat!("The permission ", $name, ".")]
            pub const $constant: u32 = 1 << $bit;
        )*
        const $table: &[Permission] = &[$(Permission { name: $name, bit: $constant }),*];
    };
}

permissions! { DATABASE:
    SEPG_DB_DATABASE__CREATE = 0, "create";
    SEPG_DB_DATABASE__DROP = 1, "drop";
    SEPG_DB_DATABASE__GETATTR = 2, "getattr";
    SEPG_DB_DATABASE__SETATTR = 3, "setattr";
    SEPG_DB_DATABASE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_DATABASE__RELABELTO = 5, "relabelto";
    SEPG_DB_DATABASE__ACCESS = 6, "access";
    SEPG_DB_DATABASE__INSTALL_MODULE = 7, "install_module";
    SEPG_DB_DATABASE__LOAD_MODULE = 8, "load_module";
    SEPG_DB_DATABASE__GET_PARAM = 9, "get_param";
    SEPG_DB_DATABASE__SET_PARAM = 10, "set_param";
}
permissions! { SCHEMA:
    SEPG_DB_SCHEMA__CREATE = 0, "create";
    SEPG_DB_SCHEMA__DROP = 1, "drop";
    SEPG_DB_SCHEMA__GETATTR = 2, "getattr";
    SEPG_DB_SCHEMA__SETATTR = 3, "setattr";
    SEPG_DB_SCHEMA__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_SCHEMA__RELABELTO = 5, "relabelto";
    SEPG_DB_SCHEMA__SEARCH = 6, "search";
    SEPG_DB_SCHEMA__ADD_NAME = 7, "add_name";
    SEPG_DB_SCHEMA__REMOVE_NAME = 8, "remove_name";
}
permissions! { TABLE:
    SEPG_DB_TABLE__CREATE = 0, "create";
    SEPG_DB_TABLE__DROP = 1, "drop";
    SEPG_DB_TABLE__GETATTR = 2, "getattr";
    SEPG_DB_TABLE__SETATTR = 3, "setattr";
    SEPG_DB_TABLE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_TABLE__RELABELTO = 5, "relabelto";
    SEPG_DB_TABLE__SELECT = 6, "select";
    SEPG_DB_TABLE__UPDATE = 7, "update";
    SEPG_DB_TABLE__INSERT = 8, "insert";
    SEPG_DB_TABLE__DELETE = 9, "delete";
    SEPG_DB_TABLE__LOCK = 10, "lock";
    SEPG_DB_TABLE__TRUNCATE = 11, "truncate";
}
permissions! { COLUMN:
    SEPG_DB_COLUMN__CREATE = 0, "create";
    SEPG_DB_COLUMN__DROP = 1, "drop";
    SEPG_DB_COLUMN__GETATTR = 2, "getattr";
    SEPG_DB_COLUMN__SETATTR = 3, "setattr";
    SEPG_DB_COLUMN__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_COLUMN__RELABELTO = 5, "relabelto";
    SEPG_DB_COLUMN__SELECT = 6, "select";
    SEPG_DB_COLUMN__UPDATE = 7, "update";
    SEPG_DB_COLUMN__INSERT = 8, "insert";
}
// The first four bits stand for create, drop, getattr and setattr in the other
// classes, so that one mask serves rows of user tables and of catalogs.
permissions! { TUPLE:
    SEPG_DB_TUPLE__INSERT = 0, "insert";
    SEPG_DB_TUPLE__DELETE = 1, "delete";
    SEPG_DB_TUPLE__SELECT = 2, "select";
    SEPG_DB_TUPLE__UPDATE = 3, "update";
    SEPG_DB_TUPLE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_TUPLE__RELABELTO = 5, "relabelto";
    SEPG_DB_TUPLE__USE = 6, "use";
}
permissions! { PROCEDURE:
    SEPG_DB_PROCEDURE__CREATE = 0, "create";
    SEPG_DB_PROCEDURE__DROP = 1, "drop";
    SEPG_DB_PROCEDURE__GETATTR = 2, "getattr";
    SEPG_DB_PROCEDURE__SETATTR = 3, "setattr";
    SEPG_DB_PROCEDURE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_PROCEDURE__RELABELTO = 5, "relabelto";
    SEPG_DB_PROCEDURE__EXECUTE = 6, "execute";
    SEPG_DB_PROCEDURE__ENTRYPOINT = 7, "entrypoint";
    SEPG_DB_PROCEDURE__INSTALL = 8, "install";
}
permissions! { BLOB:
    SEPG_DB_BLOB__CREATE = 0, "create";
    SEPG_DB_BLOB__DROP = 1, "drop";
    SEPG_DB_BLOB__GETATTR = 2, "getattr";
    SEPG_DB_BLOB__SETATTR = 3, "setattr";
    SEPG_DB_BLOB__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_BLOB__RELABELTO = 5, "relabelto";
    SEPG_DB_BLOB__READ = 6, "read";
    SEPG_DB_BLOB__WRITE = 7, "write";
    SEPG_DB_BLOB__IMPORT = 8, "import";
    SEPG_DB_BLOB__EXPORT = 9, "export";
}
permissions! { SEQUENCE:
    SEPG_DB_SEQUENCE__CREATE = 0, "create";
    SEPG_DB_SEQUENCE__DROP = 1, "drop";
    SEPG_DB_SEQUENCE__GETATTR = 2, "getattr";
    SEPG_DB_SEQUENCE__SETATTR = 3, "setattr";
    SEPG_DB_SEQUENCE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_SEQUENCE__RELABELTO = 5, "relabelto";
    SEPG_DB_SEQUENCE__GET_VALUE = 6, "get_value";
    SEPG_DB_SEQUENCE__NEXT_VALUE = 7, "next_value";
    SEPG_DB_SEQUENCE__SET_VALUE = 8, "set_value";
}
permissions! { VIEW:
    SEPG_DB_VIEW__CREATE = 0, "create";
    SEPG_DB_VIEW__DROP = 1, "drop";
    SEPG_DB_VIEW__GETATTR = 2, "getattr";
    SEPG_DB_VIEW__SETATTR = 3, "setattr";
    SEPG_DB_VIEW__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_VIEW__RELABELTO = 5, "relabelto";
    SEPG_DB_VIEW__EXPAND = 6, "expand";
}
permissions! { LANGUAGE:
    SEPG_DB_LANGUAGE__CREATE = 0, "create";
    SEPG_DB_LANGUAGE__DROP = 1, "drop";
    SEPG_DB_LANGUAGE__GETATTR = 2, "getattr";
    SEPG_DB_LANGUAGE__SETATTR = 3, "setattr";
    SEPG_DB_LANGUAGE__RELABELFROM = 4, "relabelfrom";
    SEPG_DB_LANGUAGE__RELABELTO = 5, "relabelto";
    SEPG_DB_LANGUAGE__IMPLEMENT = 6, "implement";
    SEPG_DB_LANGUAGE__EXECUTE = 7, "execute";
}
permissions! { PROCESS:
    SEPG_PROCESS__TRANSITION = 0, "transition";
    SEPG_PROCESS__DYNTRANSITION = 1, "dyntransition";
    SEPG_PROCESS__SETCURRENT = 2, "setcurrent";
    SEPG_PROCESS__GETATTR = 3, "getattr";
    SEPG_PROCESS__SIGNAL = 4, "signal";
    SEPG_PROCESS__SIGKILL = 5, "sigkill";
}
// Every file class has these.
permissions! { FILE:
    SEPG_FILE__READ = 0, "read";
    SEPG_FILE__WRITE = 1, "write";
    SEPG_FILE__CREATE = 2, "create";
    SEPG_FILE__GETATTR = 3, "getattr";
    SEPG_FILE__OPEN = 4, "open";
    SEPG_FILE__APPEND = 5, "append";
    SEPG_FILE__UNLINK = 6, "unlink";
    SEPG_FILE__EXECUTE = 7, "execute";
}
permissions! { SECURITY:
    SEPG_SECURITY__COMPUTE_AV = 0, "compute_av";
    SEPG_SECURITY__READ_POLICY = 1, "read_policy";
}

/// One permission of a class.
#[derive(Debug)]
pub struct Permission {
    /// The policy's name for it.
    pub name: &'static str,
    /// The core's bit.
    pub bit: u32,
}

/// One object class.
#[derive(Debug)]
pub struct ClassDef {
    /// The policy's name for it.
    pub name: &'static str,
    /// Its permissions, in the order of their bits.
    pub permissions: &'static [Permission],
}

/// The classes, indexed by the core's numbers.
pub const CLASSES: [ClassDef; SEPG_CLASS_COUNT as usize] = [
    ClassDef { name: "", permissions: &[] },
    ClassDef { name: "db_database", permissions: DATABASE },
    ClassDef { name: "db_schema", permissions: SCHEMA },
    ClassDef { name: "db_table", permissions: TABLE },
    ClassDef { name: "db_column", permissions: COLUMN },
    ClassDef { name: "db_tuple", permissions: TUPLE },
    ClassDef { name: "db_procedure", permissions: PROCEDURE },
    ClassDef { name: "db_blob", permissions: BLOB },
    ClassDef { name: "db_sequence", permissions: SEQUENCE },
    ClassDef { name: "db_view", permissions: VIEW },
    ClassDef { name: "db_language", permissions: LANGUAGE },
    ClassDef { name: "process", permissions: PROCESS },
    ClassDef { name: "file", permissions: FILE },
    ClassDef { name: "dir", permissions: FILE },
    ClassDef { name: "lnk_file", permissions: FILE },
    ClassDef { name: "chr_file", permissions: FILE },
    ClassDef { name: "blk_file", permissions: FILE },
    ClassDef { name: "sock_file", permissions: FILE },
    ClassDef { name: "fifo_file", permissions: FILE },
    ClassDef { name: "security", permissions: SECURITY },
];

/// The classes that a policy must define to be of any use to a database.
pub const REQUIRED_CLASSES: std::ops::RangeInclusive<u32> =
    SEPG_CLASS_DB_DATABASE..=SEPG_CLASS_PROCESS;

/// An object class known to the core, never `SEPG_CLASS_INVALID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(u8);

/// All permission bits of each class.
const ALL: [u32; SEPG_CLASS_COUNT as usize] = {
    let mut all = [0; SEPG_CLASS_COUNT as usize];
    let mut class = 0;
    while class < all.len() {
        let permissions = CLASSES[class].permissions;
        let mut i = 0;
        while i < permissions.len() {
            all[class] |= permissions[i].bit;
            i += 1;
        }
        class += 1;
    }
    all
};

impl Class {
    /// The class of this number, if there is one.
    pub const fn new(number: u32) -> Option<Class> {
        if number == SEPG_CLASS_INVALID || number >= SEPG_CLASS_COUNT {
            None
        } else {
            Some(Class(number as u8))
        }
    }

    /// Every class.
    pub fn all() -> impl Iterator<Item = Class> {
        (1..SEPG_CLASS_COUNT).filter_map(Class::new)
    }

    /// The class of this name.
    pub fn by_name(name: &str) -> Option<Class> {
        Class::all().find(|class| class.name() == name)
    }

    /// The core's number.
    pub const fn number(self) -> u32 {
        self.0 as u32
    }

    /// The number as an index of tables with `SEPG_CLASS_COUNT` entries.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The policy's name.
    pub fn name(self) -> &'static str {
        CLASSES[self.index()].name
    }

    /// The permissions that the core knows of.
    pub fn permissions(self) -> &'static [Permission] {
        CLASSES[self.index()].permissions
    }

    /// All permission bits that the core knows of.
    pub fn all_permissions(self) -> u32 {
        ALL[self.index()]
    }

    /// The name of one permission bit.
    pub fn permission_name(self, bit: u32) -> Option<&'static str> {
        self.permissions().iter().find(|p| p.bit == bit).map(|p| p.name)
    }

    /// The bit of one permission.
    pub fn permission(self, name: &str) -> Option<u32> {
        self.permissions().iter().find(|p| p.name == name).map(|p| p.bit)
    }
}

/// How one class of the core stands in the loaded policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The policy's number of the class, 0 where it has none.
    pub value: u32,
    /// The policy's bit for each of the core's, 0 where it has none.
    bits: [u32; 16],
    /// The core's bits that the policy knows.
    pub known: u32,
}

impl Resolved {
    /// Resolves a class by asking for the number of each name; 0 means unknown.
    pub fn resolve(class: Class, value: u32, mut bit_of: impl FnMut(&str) -> u32) -> Resolved {
        let mut resolved = Resolved { value, ..Resolved::default() };
        if value == 0 {
            return resolved;
        }
        for permission in class.permissions() {
            let bit = bit_of(permission.name);
            resolved.bits[permission.bit.trailing_zeros() as usize] = bit;
            if bit != 0 {
                resolved.known |= permission.bit;
            }
        }
        resolved
    }

    /// Turns the policy's permissions into the core's; what the core does not
    /// know of is dropped.
    pub fn to_core(&self, policy: u32) -> u32 {
        let mut core = 0;
        let mut left = self.known;
        while left != 0 {
            let i = left.trailing_zeros() as usize;
            left &= left - 1;
            if policy & self.bits[i] != 0 {
                core |= 1 << i;
            }
        }
        core
    }

    /// Turns the core's permissions into the policy's.
    pub fn to_policy(&self, core: u32) -> u32 {
        let mut policy = 0;
        let mut left = core & self.known;
        while left != 0 {
            let i = left.trailing_zeros() as usize;
            left &= left - 1;
            policy |= self.bits[i];
        }
        policy
    }
}

// The tables fit what Resolved can hold, and bits are dense from 0.
const _: () = {
    let mut class = 1;
    while class < CLASSES.len() {
        let permissions = CLASSES[class].permissions;
        assert!(!permissions.is_empty() && permissions.len() <= 16);
        let mut i = 0;
        while i < permissions.len() {
            assert!(permissions[i].bit == 1 << i);
            i += 1;
        }
        class += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for class in Class::all() {
            assert_eq!(Class::by_name(class.name()), Some(class));
            for permission in class.permissions() {
                assert_eq!(class.permission(permission.name), Some(permission.bit));
                assert_eq!(class.permission_name(permission.bit), Some(permission.name));
            }
        }
        assert_eq!(Class::by_name(""), None);
        assert_eq!(Class::new(0), None);
        assert_eq!(Class::new(SEPG_CLASS_COUNT), None);
    }

    #[test]
    fn row_permissions_alias_the_common_ones() {
        assert_eq!(SEPG_DB_TUPLE__INSERT, SEPG_DB_TABLE__CREATE);
        assert_eq!(SEPG_DB_TUPLE__DELETE, SEPG_DB_TABLE__DROP);
        assert_eq!(SEPG_DB_TUPLE__SELECT, SEPG_DB_TABLE__GETATTR);
        assert_eq!(SEPG_DB_TUPLE__UPDATE, SEPG_DB_TABLE__SETATTR);
    }

    #[test]
    fn common_permissions_have_the_same_bits_in_every_db_class() {
        let common = ["create", "drop", "getattr", "setattr", "relabelfrom", "relabelto"];
        for class in Class::all().filter(|c| c.name().starts_with("db_")) {
            for (i, name) in common.iter().enumerate() {
                if class.number() == SEPG_CLASS_DB_TUPLE && i < 4 {
                    assert_eq!(class.permission(name), None);
                } else {
                    assert_eq!(class.permission(name), Some(1 << i), "{} {name}", class.name());
                }
            }
        }
    }
}
