//! A binary policy, taken out of libsepol's structures into the core's own.
//!
//! libsepol reads the image and nothing else: vectors, constraints, labels and
//! context texts are computed here, as the kernel computes them.  Only what
//! the core's object classes need is kept, with permissions already in the
//! core's bits.

use std::ffi::{CStr, CString};
use std::os::raw::c_void;
use std::ptr::NonNull;

use rustc_hash::FxHashMap;

use super::{Decision, PolicyInfo};
use crate::class::{Class, REQUIRED_CLASSES, Resolved, SEPG_CLASS_COUNT};
use crate::class::{SEPG_CLASS_PROCESS, SEPG_PROCESS__DYNTRANSITION, SEPG_PROCESS__TRANSITION};
use crate::context::{MAX_CONTEXT_LENGTH, Parts};

pub mod explain;
mod survey;

/// The shim's records and functions.
#[expect(
    dead_code,
    clippy::undocumented_unsafe_blocks,
    reason = "generated from shim.h, whose comments say what they are"
)]
mod shim {
    include!(concat!(env!("OUT_DIR"), "/shim.rs"));
}

/// The newest binary form that libsepol 3.4, the oldest supported, can read.
pub const MAX_VERSION: u32 = 33;

/// What a policy says to do about what it does not define.
const UNKNOWN_REJECT: u32 = 2;
const UNKNOWN_ALLOW: u32 = 4;

/// Marks the beginning of a kernel policy.
const MAGIC: u32 = 0xf97c_ff8c;
/// Marks the beginning of a policy module.
const MODULE_MAGIC: u32 = 0xf97c_ff8d;
/// Follows the magic number of a policy for SELinux.
const STRING: &[u8] = b"SE Linux";

/// Bounds above bounds, beyond which a policy is taken to be circular.
const MAX_BOUNDS: u32 = 64;

/// The kernel's names of its initial contexts, from number 1.
const INITIAL_NAMES: [&str; 27] = [
    "kernel",
    "security",
    "unlabeled",
    "fs",
    "file",
    "file_labels",
    "init",
    "any_socket",
    "port",
    "netif",
    "netmsg",
    "node",
    "igmp_packet",
    "icmp_socket",
    "tcp_socket",
    "sysctl_modprobe",
    "sysctl",
    "sysctl_fs",
    "sysctl_kernel",
    "sysctl_net",
    "sysctl_net_unix",
    "sysctl_vm",
    "sysctl_dev",
    "kmod",
    "policy",
    "scmp_packet",
    "devnull",
];

/// Why an image is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It ends before its header does.
    #[error("policy image is too short to be a policy ({0} bytes)")]
    TooShort(usize),
    /// It begins with something else.
    #[error("not a binary SELinux policy")]
    NotPolicy,
    /// It is one module of a policy.
    #[error("this is a policy module, not a policy for the kernel")]
    Module,
    /// It is for another security server.
    #[error("this is a policy for another target than SELinux")]
    OtherTarget,
    /// libsepol does not know its form.
    #[error("policy version {0} is newer than {MAX_VERSION}, the newest that can be read")]
    TooNew(u32),
    /// libsepol cannot make sense of the rest.
    #[error("policy image is damaged or cut short")]
    Damaged,
    /// A class that a database cannot do without.
    #[error("policy does not define the object class \"{0}\"")]
    NoClass(&'static str),
    /// It is to be refused if it does not know something that will be asked.
    #[error("policy does not define {0}, and refuses to be loaded where it is not known")]
    Unknown(String),
    /// It has no context for what carries no valid label.
    #[error("policy has no valid initial context \"unlabeled\"")]
    NoUnlabeled,
    /// There is no memory for it.
    #[error("out of memory while reading the policy")]
    NoMemory,
}

/// What a name of a policy can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Users.
    User,
    /// Roles.
    Role,
    /// Types.
    Type,
    /// Sensitivities.
    Level,
    /// Categories.
    Category,
}

/// A set of small numbers from 1, in words without trailing empty ones, so
/// that equal sets compare equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits(Vec<u64>);

impl Bits {
    fn get(&self, value: u32) -> bool {
        let Some(bit) = value.checked_sub(1) else { return false };
        self.0.get(bit as usize / 64).is_some_and(|word| word >> (bit % 64) & 1 != 0)
    }

    fn set(&mut self, value: u32) {
        let bit = value as usize - 1;
        if self.0.len() <= bit / 64 {
            self.0.resize(bit / 64 + 1, 0);
        }
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn contains(&self, other: &Bits) -> bool {
        other.0.len() <= self.0.len() && other.0.iter().zip(&self.0).all(|(o, s)| o & !s == 0)
    }

    fn and(&self, other: &Bits) -> Bits {
        let mut words: Vec<u64> = self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Bits(words)
    }

    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(i, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros();
                word &= word - 1;
                Some(i as u32 * 64 + bit + 1)
            })
        })
    }
}

/// A sensitivity and its categories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Level {
    sensitivity: u32,
    categories: Bits,
}

impl Level {
    fn dominates(&self, other: &Level) -> bool {
        self.sensitivity >= other.sensitivity && self.categories.contains(&other.categories)
    }
}

/// A pair of levels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Range {
    low: Level,
    high: Level,
}

impl Range {
    fn level(level: &Level) -> Range {
        Range { low: level.clone(), high: level.clone() }
    }

    fn contains(&self, other: &Range) -> bool {
        other.low.dominates(&self.low) && self.high.dominates(&other.high)
    }

    /// Greatest low and least high; None where no sensitivity is common.
    fn intersection(&self, other: &Range) -> Option<Range> {
        if self.high.sensitivity < other.low.sensitivity
            || other.high.sensitivity < self.low.sensitivity
        {
            return None;
        }
        Some(Range {
            low: Level {
                sensitivity: self.low.sensitivity.max(other.low.sensitivity),
                categories: self.low.categories.and(&other.low.categories),
            },
            high: Level {
                sensitivity: self.high.sensitivity.min(other.high.sensitivity),
                categories: self.high.categories.and(&other.high.categories),
            },
        })
    }
}

/// A context in the policy's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    user: u32,
    role: u32,
    type_: u32,
    range: Range,
}

/// What stands where something new gets its attribute from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Unsaid,
    Source,
    Target,
}

impl Side {
    fn new(value: u32) -> Side {
        match value {
            1 => Side::Source,
            2 => Side::Target,
            _ => Side::Unsaid,
        }
    }
}

/// The default_range statement of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum DefaultRange {
    #[default]
    Unsaid,
    SourceLow,
    SourceHigh,
    SourceRange,
    TargetLow,
    TargetHigh,
    TargetRange,
    Intersection,
}

impl DefaultRange {
    fn new(value: u32) -> DefaultRange {
        use DefaultRange::*;
        match value {
            1 => SourceLow,
            2 => SourceHigh,
            3 => SourceRange,
            4 => TargetLow,
            5 => TargetHigh,
            6 => TargetRange,
            7 => Intersection,
            _ => Unsaid,
        }
    }
}

/// Whose user, role or type a constraint looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    User,
    Role,
    Type,
}

/// How a constraint compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Dominates,
    DominatedBy,
    Incomparable,
}

/// Which levels a constraint compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Levels {
    L1L2,
    L1H2,
    H1L2,
    H1H2,
    L1H1,
    L2H2,
}

/// One step of a constraint in postfix form.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Not,
    And,
    Or,
    Pair(Attribute, Operator),
    Levels(Levels, Operator),
    Names {
        attribute: Attribute,
        target: bool,
        equal: bool,
        names: Bits,
    },
    /// Something that no decision can satisfy.
    Never,
}

/// Permissions, and the expression that must hold for them.
#[derive(Clone, Debug)]
struct Constraint {
    permissions: u32,
    steps: Vec<Step>,
}

/// All rules of one pair of types or attributes.
#[derive(Clone, Copy, Debug)]
struct Vector {
    allowed: u32,
    auditallow: u32,
    auditdeny: u32,
}

/// Where a named transition applies, and the type it gives.
type NameRules = Vec<(Bits, u32)>;

/// One object class as the policy has it.
#[derive(Debug, Default)]
struct ClassRules {
    resolved: Resolved,
    is_process: bool,
    user: Side,
    role: Side,
    type_: Side,
    range: DefaultRange,
    constraints: Vec<Constraint>,
    /// The types and attributes that any vector has as source.
    sources: Bits,
    /// The same for targets.
    targets: Bits,
    vectors: FxHashMap<(u32, u32), Vector>,
    transitions: FxHashMap<(u32, u32), u32>,
    role_transitions: FxHashMap<(u32, u32), u32>,
    range_transitions: FxHashMap<(u32, u32), Range>,
    /// By target type, then by name.
    name_transitions: FxHashMap<u32, FxHashMap<Box<[u8]>, NameRules>>,
}

#[derive(Debug, Default)]
struct User {
    roles: Bits,
    range: Range,
}

#[derive(Debug, Default)]
struct Role {
    types: Bits,
    dominates: Bits,
}

#[derive(Debug, Default)]
struct Type {
    bounds: u32,
    permissive: bool,
    attribute: bool,
    attributes: Box<[u32]>,
}

/// Names of one kind, both ways.  All texts lie in one allocation: a thousand
/// categories, each with strings of its own, would be most of a small policy.
#[derive(Debug, Default)]
struct Names {
    texts: Box<[u8]>,
    /// Where each name lies and what it stands for, in the order of the names.
    entries: Box<[Name]>,
    /// The entry of each value less one; NO_NAME where there is none.
    by_value: Box<[u32]>,
}

#[derive(Clone, Copy, Debug)]
struct Name {
    start: u32,
    length: u32,
    value: u32,
}

const NO_NAME: u32 = u32::MAX;

impl Names {
    /// Names with their values, and whether each is but an alias.
    fn new(mut names: Vec<(Box<[u8]>, u32, bool)>, count: u32) -> Names {
        names.retain(|(name, value, _)| !name.is_empty() && (1..=count).contains(value));
        names.sort();
        let mut texts = Vec::new();
        let mut entries = Vec::with_capacity(names.len());
        let mut by_value = vec![NO_NAME; count as usize].into_boxed_slice();
        for (name, value, alias) in names {
            if !alias {
                by_value[value as usize - 1] = entries.len() as u32;
            }
            entries.push(Name { start: texts.len() as u32, length: name.len() as u32, value });
            texts.extend_from_slice(&name);
        }
        Names { texts: texts.into_boxed_slice(), entries: entries.into_boxed_slice(), by_value }
    }

    fn text(&self, name: &Name) -> &[u8] {
        &self.texts[name.start as usize..][..name.length as usize]
    }

    fn value(&self, name: &[u8]) -> Option<u32> {
        let found = self.entries.binary_search_by(|entry| self.text(entry).cmp(name)).ok()?;
        Some(self.entries[found].value)
    }

    fn name(&self, value: u32) -> Option<&[u8]> {
        let entry = *self.by_value.get(value.checked_sub(1)? as usize)?;
        self.entries.get(entry as usize).map(|entry| self.text(entry))
    }
}

/// A loaded policy.
#[derive(Debug)]
pub struct Policy {
    info: PolicyInfo,
    object_r: u32,
    user_names: Names,
    role_names: Names,
    type_names: Names,
    level_names: Names,
    category_names: Names,
    /// These are indexed by value less one.
    users: Vec<Option<User>>,
    roles: Vec<Option<Role>>,
    types: Vec<Option<Type>>,
    levels: Vec<Option<Bits>>,
    classes: [ClassRules; SEPG_CLASS_COUNT as usize],
    role_allows: Vec<(u32, u32)>,
    initials: FxHashMap<u32, Context>,
}

/// A policy database of libsepol, freed when it goes.
struct Database(NonNull<shim::sepg_db>);

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: The pointer came from sepg_db_load() and is freed once, here.
        unsafe { shim::sepg_db_free(self.0.as_ptr()) }
    }
}

/// Asks the shim how many records there are, and for the records.
fn records<T: Default + Clone>(fill: impl Fn(*mut T, usize) -> usize) -> Vec<T> {
    let mut records = vec![T::default(); fill(std::ptr::null_mut(), 0)];
    let count = fill(records.as_mut_ptr(), records.len());
    records.truncate(count);
    records
}

/// The set that a bitmap of the database holds.
///
/// # Safety
///
/// The bitmap is NULL, or one that a record of a living database named.
unsafe fn bits(bitmap: *const c_void) -> Bits {
    // SAFETY: The bitmap is as sepg_bitmap_words() demands, by the contract
    // above; records() passes it a buffer of the length it states.
    Bits(records(|out, length| unsafe { shim::sepg_bitmap_words(bitmap, out, length) }))
}

/// The range that a record of the database describes.
///
/// # Safety
///
/// The record comes from a living database.
unsafe fn range(record: &shim::sepg_range) -> Range {
    // SAFETY: The bitmaps are of a living database, by the contract above.
    let (low, high) = unsafe { (bits(record.low_cats), bits(record.high_cats)) };
    Range {
        low: Level { sensitivity: record.low_sens, categories: low },
        high: Level { sensitivity: record.high_sens, categories: high },
    }
}

impl Database {
    fn load(image: &[u8]) -> Result<Database, LoadError> {
        check_header(image)?;
        let mut db = std::ptr::null_mut();
        // SAFETY: The image is readable for its length, and db is a place for
        // the answer.
        let code = unsafe { shim::sepg_db_load(image.as_ptr().cast(), image.len(), &mut db) };
        match (code as u32, NonNull::new(db)) {
            (shim::SEPG_LOAD_OK, Some(db)) => Ok(Database(db)),
            (shim::SEPG_LOAD_NOT_KERNEL, _) => Err(LoadError::Module),
            (shim::SEPG_LOAD_NOMEM, _) => Err(LoadError::NoMemory),
            _ => Err(LoadError::Damaged),
        }
    }

    fn ptr(&self) -> *const shim::sepg_db {
        self.0.as_ptr()
    }

    fn info(&self) -> shim::sepg_info {
        let mut info = shim::sepg_info::default();
        // SAFETY: The database lives, and info is a place for the answer.
        unsafe { shim::sepg_db_info(self.ptr(), &mut info) };
        info
    }

    /// The symbols of a kind, with their names.
    fn symbols(&self, kind: u32) -> Vec<(Box<[u8]>, shim::sepg_symbol)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let symbols = records(|out, length| unsafe {
            shim::sepg_db_symbols(self.ptr(), kind as i32, out, length)
        });
        named(symbols)
    }

    fn permissions(&self, class: u32) -> Vec<(Box<[u8]>, shim::sepg_symbol)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let symbols = records(|out, length| unsafe {
            shim::sepg_db_permissions(self.ptr(), class, out, length)
        });
        named(symbols)
    }

    fn names(&self, kind: u32, count: u32) -> Names {
        let symbols = self.symbols(kind).into_iter();
        Names::new(symbols.map(|(name, s)| (name, s.value, s.alias != 0)).collect(), count)
    }

    fn class(&self, value: u32) -> Option<shim::sepg_class> {
        let mut record = shim::sepg_class::default();
        // SAFETY: The database lives, and record is a place for the answer.
        let found = unsafe { shim::sepg_db_class(self.ptr(), value, &mut record) };
        (found != 0).then_some(record)
    }

    fn user(&self, value: u32) -> Option<User> {
        let mut record = shim::sepg_user::default();
        // SAFETY: The database lives, and record is a place for the answer.
        let found = unsafe { shim::sepg_db_user(self.ptr(), value, &mut record) };
        if found == 0 {
            return None;
        }
        // SAFETY: The record was just filled from the living database.
        unsafe { Some(User { roles: bits(record.roles), range: range(&record.range) }) }
    }

    fn role(&self, value: u32) -> Option<Role> {
        let mut record = shim::sepg_role::default();
        // SAFETY: The database lives, and record is a place for the answer.
        let found = unsafe { shim::sepg_db_role(self.ptr(), value, &mut record) };
        if found == 0 {
            return None;
        }
        // SAFETY: The record was just filled from the living database.
        unsafe { Some(Role { types: bits(record.types), dominates: bits(record.dominates) }) }
    }

    fn type_(&self, value: u32) -> Option<Type> {
        let mut record = shim::sepg_type::default();
        // SAFETY: The database lives, and record is a place for the answer.
        let found = unsafe { shim::sepg_db_type(self.ptr(), value, &mut record) };
        if found == 0 {
            return None;
        }
        // SAFETY: The record was just filled from the living database.
        let attributes = unsafe { bits(record.attributes) };
        Some(Type {
            bounds: record.bounds,
            permissive: record.permissive != 0,
            attribute: record.attribute != 0,
            attributes: attributes.iter().collect(),
        })
    }

    fn level(&self, value: u32) -> Option<Bits> {
        let mut categories = std::ptr::null();
        // SAFETY: The database lives, and categories is a place for the answer.
        let found = unsafe { shim::sepg_db_level(self.ptr(), value, &mut categories) };
        // SAFETY: The bitmap was just named by the living database.
        (found != 0).then(|| unsafe { bits(categories) })
    }

    fn rules(&self) -> Vec<shim::sepg_rule> {
        // SAFETY: The database lives, and records() states the buffer's length.
        records(|out, length| unsafe { shim::sepg_db_rules(self.ptr(), out, length) })
    }

    fn constraints(&self, class: u32, resolved: &Resolved) -> Vec<Constraint> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let constraints = records(|out, length| unsafe {
            shim::sepg_db_constraints(self.ptr(), class, out, length)
        });
        constraints
            .iter()
            .map(|record| {
                // SAFETY: The expression is one that the living database named,
                // and records() states the buffer's length.
                let steps = records(|out, length| unsafe {
                    shim::sepg_db_steps(record.expression, out, length)
                });
                Constraint {
                    permissions: resolved.to_core(record.permissions),
                    // SAFETY: The steps are the living database's.
                    steps: steps.iter().map(|step| unsafe { step_of(step) }).collect(),
                }
            })
            .filter(|constraint| constraint.permissions != 0)
            .collect()
    }

    fn role_allows(&self) -> Vec<(u32, u32)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let allows = records(|out: *mut shim::sepg_role_allow, length| unsafe {
            shim::sepg_db_role_allows(self.ptr(), out, length)
        });
        allows.iter().map(|allow| (allow.role, allow.new_role)).collect()
    }

    fn role_transitions(&self) -> Vec<shim::sepg_role_transition> {
        // SAFETY: The database lives, and records() states the buffer's length.
        records(|out, length| unsafe { shim::sepg_db_role_transitions(self.ptr(), out, length) })
    }

    fn range_transitions(&self) -> Vec<(shim::sepg_range_transition, Range)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let transitions: Vec<shim::sepg_range_transition> = records(|out, length| unsafe {
            shim::sepg_db_range_transitions(self.ptr(), out, length)
        });
        // SAFETY: The records were just filled from the living database.
        transitions.into_iter().map(|t| (t, unsafe { range(&t.range) })).collect()
    }

    fn name_transitions(&self) -> Vec<(shim::sepg_name_transition, Box<[u8]>, Bits)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let transitions: Vec<shim::sepg_name_transition> = records(|out, length| unsafe {
            shim::sepg_db_name_transitions(self.ptr(), out, length)
        });
        transitions
            .into_iter()
            // SAFETY: Names and bitmaps are the living database's; a name is a
            // NUL-terminated string.
            .map(|t| unsafe { (t, Box::from(CStr::from_ptr(t.name).to_bytes()), bits(t.sources)) })
            .collect()
    }

    fn initials(&self) -> FxHashMap<u32, Context> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let initials: Vec<shim::sepg_initial> =
            records(|out, length| unsafe { shim::sepg_db_initials(self.ptr(), out, length) });
        initials
            .iter()
            .map(|initial| {
                let context = Context {
                    user: initial.context.user,
                    role: initial.context.role,
                    type_: initial.context.type_,
                    // SAFETY: The record was just filled from the living database.
                    range: unsafe { range(&initial.context.range) },
                };
                (initial.number, context)
            })
            .collect()
    }
}

/// Copies the names out of symbols that the database's caller holds.
fn named(symbols: Vec<shim::sepg_symbol>) -> Vec<(Box<[u8]>, shim::sepg_symbol)> {
    symbols
        .into_iter()
        .filter(|symbol| !symbol.name.is_null())
        // SAFETY: A name is a NUL-terminated string of the database, which the
        // only callers, its methods, keep alive.
        .map(|symbol| (Box::from(unsafe { CStr::from_ptr(symbol.name) }.to_bytes()), symbol))
        .collect()
}

/// Translates one step of a constraint.
///
/// # Safety
///
/// The step comes from a living database.
unsafe fn step_of(step: &shim::sepg_step) -> Step {
    let operator = match step.op {
        1 => Operator::Equal,
        2 => Operator::NotEqual,
        3 => Operator::Dominates,
        4 => Operator::DominatedBy,
        5 => Operator::Incomparable,
        _ if step.kind > 3 => return Step::Never,
        _ => Operator::Equal,
    };
    let attribute = match step.attr & 7 {
        1 => Some(Attribute::User),
        2 => Some(Attribute::Role),
        4 => Some(Attribute::Type),
        _ => None,
    };
    match step.kind {
        1 => Step::Not,
        2 => Step::And,
        3 => Step::Or,
        4 => {
            let levels = match step.attr {
                1 | 2 | 4 => return attribute.map_or(Step::Never, |a| Step::Pair(a, operator)),
                32 => Levels::L1L2,
                64 => Levels::L1H2,
                128 => Levels::H1L2,
                256 => Levels::H1H2,
                512 => Levels::L1H1,
                1024 => Levels::L2H2,
                _ => return Step::Never,
            };
            Step::Levels(levels, operator)
        }
        5 => match (attribute, operator, step.attr & !15) {
            (Some(attribute), Operator::Equal | Operator::NotEqual, 0) => Step::Names {
                attribute,
                target: step.attr & 8 != 0,
                equal: operator == Operator::Equal,
                // SAFETY: The bitmap is a living database's, by the contract above.
                names: unsafe { bits(step.names) },
            },
            _ => Step::Never,
        },
        _ => Step::Never,
    }
}

/// Looks at the header, so that the error says what the image is, and whether it
/// has room for what it claims.
fn check_header(image: &[u8]) -> Result<(), LoadError> {
    let word = |at: usize| -> Result<u32, LoadError> {
        let bytes = image.get(at..at + 4).ok_or(LoadError::TooShort(image.len()))?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    match word(0)? {
        MAGIC => {}
        MODULE_MAGIC => return Err(LoadError::Module),
        _ => return Err(LoadError::NotPolicy),
    }
    let length = word(4)? as usize;
    if length > 32 {
        return Err(LoadError::NotPolicy);
    }
    let target = image.get(8..8 + length).ok_or(LoadError::TooShort(image.len()))?;
    if target != STRING {
        return Err(LoadError::OtherTarget);
    }
    let version = word(8 + length)?;
    if version > MAX_VERSION {
        return Err(LoadError::TooNew(version));
    }
    // The configuration and the sizes of the two tables.
    word(8 + length + 12)?;
    if !survey::plausible(image, version, 8 + length + 4) {
        return Err(LoadError::Damaged);
    }
    Ok(())
}

impl Policy {
    /// Reads an image; nothing of the image is kept.
    pub fn load(image: &[u8]) -> Result<Policy, LoadError> {
        Policy::from_database(&Database::load(image)?)
    }

    fn from_database(db: &Database) -> Result<Policy, LoadError> {
        let raw = db.info();

        let mut policy = Policy {
            info: PolicyInfo {
                version: raw.version,
                mls: raw.mls != 0,
                deny_unknown: raw.handle_unknown != UNKNOWN_ALLOW,
                classes: raw.classes,
                types: raw.types,
                roles: raw.roles,
                users: raw.users,
                booleans: raw.booleans,
                levels: raw.levels,
                categories: raw.categories,
                rules: 0,
            },
            object_r: raw.object_r,
            user_names: db.names(shim::SEPG_SYM_USERS, raw.users),
            role_names: db.names(shim::SEPG_SYM_ROLES, raw.roles),
            type_names: db.names(shim::SEPG_SYM_TYPES, raw.types),
            level_names: db.names(shim::SEPG_SYM_LEVELS, raw.levels),
            category_names: db.names(shim::SEPG_SYM_CATS, raw.categories),
            users: (1..=raw.users).map(|value| db.user(value)).collect(),
            roles: (1..=raw.roles).map(|value| db.role(value)).collect(),
            types: (1..=raw.types).map(|value| db.type_(value)).collect(),
            levels: (1..=raw.levels).map(|value| db.level(value)).collect(),
            classes: Default::default(),
            role_allows: db.role_allows(),
            initials: db.initials(),
        };
        policy.load_classes(db, &raw)?;
        if raw.handle_unknown == UNKNOWN_REJECT {
            policy.refuse_unknown()?;
        }
        policy.load_rules(db);
        if policy.initial("unlabeled").is_none() {
            return Err(LoadError::NoUnlabeled);
        }
        Ok(policy)
    }

    fn load_classes(&mut self, db: &Database, raw: &shim::sepg_info) -> Result<(), LoadError> {
        let names = db.names(shim::SEPG_SYM_CLASSES, raw.classes);
        for class in Class::all() {
            let value = names.value(class.name().as_bytes()).unwrap_or(0);
            let Some(record) = db.class(value) else {
                if REQUIRED_CLASSES.contains(&class.number()) {
                    return Err(LoadError::NoClass(class.name()));
                }
                continue;
            };
            let permissions: FxHashMap<_, _> = db.permissions(value).into_iter().collect();
            let resolved = Resolved::resolve(class, value, |name| {
                let value = permissions.get(name.as_bytes()).map_or(0, |symbol| symbol.value);
                if (1..=32).contains(&value) { 1 << (value - 1) } else { 0 }
            });
            let constraints = db.constraints(value, &resolved);
            self.classes[class.index()] = ClassRules {
                resolved,
                is_process: class.number() == SEPG_CLASS_PROCESS,
                user: Side::new(record.default_user),
                role: Side::new(record.default_role),
                type_: Side::new(record.default_type),
                range: DefaultRange::new(record.default_range),
                constraints,
                ..ClassRules::default()
            };
        }
        Ok(())
    }

    /// Fails unless every class and permission that can be asked is defined.
    fn refuse_unknown(&self) -> Result<(), LoadError> {
        for class in Class::all() {
            let resolved = &self.classes[class.index()].resolved;
            if resolved.value == 0 {
                return Err(LoadError::Unknown(format!("the object class \"{}\"", class.name())));
            }
            let unknown = class.permissions().iter().find(|p| resolved.known & p.bit == 0);
            if let Some(permission) = unknown {
                return Err(LoadError::Unknown(format!(
                    "the permission \"{}\" of the object class \"{}\"",
                    permission.name,
                    class.name()
                )));
            }
        }
        Ok(())
    }

    fn load_rules(&mut self, db: &Database) {
        let mut by_value: FxHashMap<u32, usize> = FxHashMap::default();
        for class in Class::all() {
            let value = self.classes[class.index()].resolved.value;
            if value != 0 {
                by_value.insert(value, class.index());
            }
        }
        for rule in db.rules() {
            let Some(class) = by_value.get(&rule.tclass).map(|i| &mut self.classes[*i]) else {
                continue;
            };
            if rule.source == 0 || rule.target == 0 {
                continue;
            }
            let key = (rule.source, rule.target);
            if rule.kind == shim::SEPG_RULE_TRANSITION {
                // Unconditional rules come first, and take precedence.
                class.transitions.entry(key).or_insert(rule.data);
                continue;
            }
            let permissions = class.resolved.to_core(rule.data);
            let none = if rule.kind == shim::SEPG_RULE_AUDITDENY {
                permissions == class.resolved.known
            } else {
                permissions == 0
            };
            if none {
                continue;
            }
            class.sources.set(rule.source);
            class.targets.set(rule.target);
            let vector = class.vectors.entry(key).or_insert(Vector {
                allowed: 0,
                auditallow: 0,
                auditdeny: u32::MAX,
            });
            match rule.kind {
                shim::SEPG_RULE_ALLOW => vector.allowed |= permissions,
                shim::SEPG_RULE_AUDITALLOW => vector.auditallow |= permissions,
                // What the policy does not know of stays audited.
                _ => vector.auditdeny &= permissions | !class.resolved.known,
            }
        }
        for rule in db.role_transitions() {
            if let Some(i) = by_value.get(&rule.tclass) {
                self.classes[*i]
                    .role_transitions
                    .entry((rule.role, rule.type_))
                    .or_insert(rule.new_role);
            }
        }
        for (rule, range) in db.range_transitions() {
            if let Some(i) = by_value.get(&rule.tclass) {
                self.classes[*i].range_transitions.insert((rule.source, rule.target), range);
            }
        }
        for (rule, name, sources) in db.name_transitions() {
            if let Some(i) = by_value.get(&rule.tclass) {
                self.classes[*i]
                    .name_transitions
                    .entry(rule.target)
                    .or_default()
                    .entry(name)
                    .or_default()
                    .push((sources, rule.new_type));
            }
        }
        for class in &mut self.classes {
            class.vectors.shrink_to_fit();
            self.info.rules += (class.vectors.len() + class.transitions.len()) as u32;
        }
    }

    /// What there is to tell about the policy.
    pub fn info(&self) -> PolicyInfo {
        self.info
    }

    /// The initial context of this name, where the policy has a valid one.
    pub fn initial(&self, name: &str) -> Option<&Context> {
        let number = INITIAL_NAMES.iter().position(|n| *n == name)? as u32 + 1;
        self.initials.get(&number).filter(|context| self.valid(context))
    }

    fn user(&self, value: u32) -> Option<&User> {
        self.users.get(value.checked_sub(1)? as usize)?.as_ref()
    }

    fn role(&self, value: u32) -> Option<&Role> {
        self.roles.get(value.checked_sub(1)? as usize)?.as_ref()
    }

    fn type_(&self, value: u32) -> Option<&Type> {
        self.types.get(value.checked_sub(1)? as usize)?.as_ref()
    }

    /// Parses a context text, by the kernel's grammar and no other, and checks
    /// that the policy allows the combination.
    pub fn parse(&self, text: &[u8]) -> Option<Context> {
        if text.len() > MAX_CONTEXT_LENGTH {
            return None;
        }
        let parts = Parts::split(text)?;
        let type_ = self.type_names.value(parts.type_)?;
        if self.type_(type_)?.attribute {
            return None;
        }
        let range = match (self.info.mls, parts.range) {
            (true, Some(range)) => self.parse_range(range)?,
            (false, None) => Range::default(),
            _ => return None,
        };
        let context = Context {
            user: self.user_names.value(parts.user)?,
            role: self.role_names.value(parts.role)?,
            type_,
            range,
        };
        self.valid(&context).then_some(context)
    }

    fn parse_range(&self, text: &[u8]) -> Option<Range> {
        match text.iter().position(|byte| *byte == b'-') {
            None => Some(Range::level(&self.parse_level(text)?)),
            Some(dash) => Some(Range {
                low: self.parse_level(&text[..dash])?,
                high: self.parse_level(&text[dash + 1..])?,
            }),
        }
    }

    fn parse_level(&self, text: &[u8]) -> Option<Level> {
        let mut halves = text.splitn(2, |byte| *byte == b':');
        let mut level = Level {
            sensitivity: self.level_names.value(halves.next()?)?,
            categories: Bits::default(),
        };
        let Some(categories) = halves.next() else { return Some(level) };
        for item in categories.split(|byte| *byte == b',') {
            let mut ends = item.splitn(2, |byte| *byte == b'.');
            let first = self.category_names.value(ends.next()?)?;
            let last = match ends.next() {
                None => first,
                Some(name) => self.category_names.value(name).filter(|last| *last > first)?,
            };
            (first..=last).for_each(|value| level.categories.set(value));
        }
        Some(level)
    }

    /// Whether the policy allows the combination.
    pub fn valid(&self, context: &Context) -> bool {
        let (Some(user), Some(role)) = (self.user(context.user), self.role(context.role)) else {
            return false;
        };
        let Some(type_) = self.type_(context.type_) else { return false };
        if type_.attribute {
            return false;
        }
        let object = context.role == self.object_r;
        let authorized = role.types.get(context.type_) && user.roles.get(context.role);
        if !object && !authorized {
            return false;
        }
        if !self.info.mls {
            return true;
        }
        self.valid_level(&context.range.low)
            && self.valid_level(&context.range.high)
            && context.range.high.dominates(&context.range.low)
            && (object || user.range.contains(&context.range))
    }

    fn valid_level(&self, level: &Level) -> bool {
        let Some(index) = level.sensitivity.checked_sub(1) else { return false };
        matches!(self.levels.get(index as usize), Some(Some(all)) if all.contains(&level.categories))
    }

    /// The canonical text of a context; None where a part has no name.
    pub fn text(&self, context: &Context) -> Option<CString> {
        let mut text = Vec::with_capacity(64);
        text.extend_from_slice(self.user_names.name(context.user)?);
        text.push(b':');
        text.extend_from_slice(self.role_names.name(context.role)?);
        text.push(b':');
        text.extend_from_slice(self.type_names.name(context.type_)?);
        if self.info.mls {
            text.push(b':');
            self.level_text(&context.range.low, &mut text)?;
            if context.range.low != context.range.high {
                text.push(b'-');
                self.level_text(&context.range.high, &mut text)?;
            }
        }
        CString::new(text).ok()
    }

    fn level_text(&self, level: &Level, text: &mut Vec<u8>) -> Option<()> {
        text.extend_from_slice(self.level_names.name(level.sensitivity)?);
        let mut separator = b':';
        let mut categories = level.categories.iter().peekable();
        while let Some(first) = categories.next() {
            let mut last = first;
            while categories.next_if_eq(&(last + 1)).is_some() {
                last += 1;
            }
            text.push(separator);
            separator = b',';
            text.extend_from_slice(self.category_names.name(first)?);
            if last > first {
                // A run of two is written as two.
                text.push(if last > first + 1 { b'.' } else { b',' });
                text.extend_from_slice(self.category_names.name(last)?);
            }
        }
        Some(())
    }

    /// The access vector of a subject on an object.
    pub fn compute_av(&self, subject: &Context, object: &Context, class: Class) -> Decision {
        let rules = &self.classes[class.index()];
        let all = class.all_permissions();
        let mut vector = self.vector(subject, object, rules, 0);
        if !self.info.deny_unknown {
            vector.allowed |= all & !rules.resolved.known;
        }
        Decision {
            allowed: vector.allowed & all,
            auditallow: vector.auditallow & all,
            auditdeny: vector.auditdeny & all,
            permissive: self.type_(subject.type_).is_some_and(|type_| type_.permissive),
        }
    }

    /// The vector of known permissions; `depth` counts the bounds gone up.
    fn vector(
        &self,
        subject: &Context,
        object: &Context,
        rules: &ClassRules,
        depth: u32,
    ) -> Vector {
        let mut vector = Vector { allowed: 0, auditallow: 0, auditdeny: u32::MAX };
        let (Some(source), Some(target)) = (self.type_(subject.type_), self.type_(object.type_))
        else {
            return vector;
        };

        // Type enforcement.
        for s in source.attributes.iter().filter(|s| rules.sources.get(**s)) {
            for t in target.attributes.iter().filter(|t| rules.targets.get(**t)) {
                if let Some(rule) = rules.vectors.get(&(*s, *t)) {
                    vector.allowed |= rule.allowed;
                    vector.auditallow |= rule.auditallow;
                    vector.auditdeny &= rule.auditdeny;
                }
            }
        }

        // Constraints, MLS among them.
        for constraint in &rules.constraints {
            if constraint.permissions & vector.allowed != 0
                && !self.holds(&constraint.steps, subject, object)
            {
                vector.allowed &= !constraint.permissions;
            }
        }

        // A process that changes its role needs a rule that says so.
        let transitions = SEPG_PROCESS__TRANSITION | SEPG_PROCESS__DYNTRANSITION;
        if rules.is_process
            && vector.allowed & transitions != 0
            && subject.role != object.role
            && !self.role_allows.contains(&(subject.role, object.role))
        {
            vector.allowed &= !transitions;
        }

        // A bounded type may do no more than the type that bounds it.
        if source.bounds != 0 && vector.allowed != 0 {
            if depth >= MAX_BOUNDS {
                vector.allowed = 0;
                return vector;
            }
            let bounding = Context { type_: source.bounds, ..subject.clone() };
            let upper = if target.bounds != 0 {
                let object = Context { type_: target.bounds, ..object.clone() };
                self.vector(&bounding, &object, rules, depth + 1)
            } else {
                self.vector(&bounding, object, rules, depth + 1)
            };
            vector.allowed &= upper.allowed;
        }
        vector
    }

    /// Whether a constraint's expression holds.  One that makes no sense does not.
    fn holds(&self, steps: &[Step], subject: &Context, object: &Context) -> bool {
        // As deep as the kernel's; an expression that needs more is refused there.
        let mut stack = [false; 5];
        let mut depth = 0;
        for step in steps {
            let value = match step {
                Step::Not => {
                    if depth < 1 {
                        return false;
                    }
                    stack[depth - 1] = !stack[depth - 1];
                    continue;
                }
                Step::And | Step::Or => {
                    if depth < 2 {
                        return false;
                    }
                    depth -= 1;
                    let (left, right) = (stack[depth - 1], stack[depth]);
                    stack[depth - 1] =
                        if *step == Step::And { left && right } else { left || right };
                    continue;
                }
                Step::Pair(attribute, operator) => {
                    let (one, two) = (attribute.of(subject), attribute.of(object));
                    match operator {
                        Operator::Equal => one == two,
                        Operator::NotEqual => one != two,
                        _ if *attribute != Attribute::Role => return false,
                        Operator::Dominates => self.role_dominates(one, two),
                        Operator::DominatedBy => self.role_dominates(two, one),
                        Operator::Incomparable => {
                            !self.role_dominates(one, two) && !self.role_dominates(two, one)
                        }
                    }
                }
                Step::Levels(levels, operator) => {
                    let (one, two) = levels.of(&subject.range, &object.range);
                    match operator {
                        Operator::Equal => one == two,
                        Operator::NotEqual => one != two,
                        Operator::Dominates => one.dominates(two),
                        Operator::DominatedBy => two.dominates(one),
                        Operator::Incomparable => !one.dominates(two) && !two.dominates(one),
                    }
                }
                Step::Names { attribute, target, equal, names } => {
                    let context = if *target { object } else { subject };
                    names.get(attribute.of(context)) == *equal
                }
                Step::Never => return false,
            };
            if depth == stack.len() {
                return false;
            }
            stack[depth] = value;
            depth += 1;
        }
        depth == 1 && stack[0]
    }

    fn role_dominates(&self, one: u32, two: u32) -> bool {
        self.role(one).is_some_and(|role| role.dominates.get(two))
    }

    /// The label of something new.  None where the levels have nothing in
    /// common; whether the answer is valid is for the caller to ask.
    pub fn compute_create(
        &self,
        subject: &Context,
        parent: &Context,
        class: Class,
        name: Option<&[u8]>,
    ) -> Option<Context> {
        let rules = &self.classes[class.index()];
        let process = class.number() == SEPG_CLASS_PROCESS;

        let user = match rules.user {
            Side::Target => parent.user,
            _ => subject.user,
        };
        let mut role = match rules.role {
            Side::Source => subject.role,
            Side::Target => parent.role,
            Side::Unsaid if process => subject.role,
            Side::Unsaid => self.object_r,
        };
        let mut type_ = match rules.type_ {
            Side::Source => subject.type_,
            Side::Target => parent.type_,
            Side::Unsaid if process => subject.type_,
            Side::Unsaid => parent.type_,
        };
        if let Some(new_type) = rules.transitions.get(&(subject.type_, parent.type_)) {
            type_ = *new_type;
        }
        if let Some(new_type) = name.and_then(|name| {
            let named = rules.name_transitions.get(&parent.type_)?.get(name)?;
            named.iter().find(|(sources, _)| sources.get(subject.type_)).map(|(_, t)| *t)
        }) {
            type_ = new_type;
        }
        if let Some(new_role) = rules.role_transitions.get(&(subject.role, parent.type_)) {
            role = *new_role;
        }

        let range = if !self.info.mls {
            Range::default()
        } else if let Some(range) = rules.range_transitions.get(&(subject.type_, parent.type_)) {
            range.clone()
        } else {
            match rules.range {
                DefaultRange::SourceLow => Range::level(&subject.range.low),
                DefaultRange::SourceHigh => Range::level(&subject.range.high),
                DefaultRange::SourceRange => subject.range.clone(),
                DefaultRange::TargetLow => Range::level(&parent.range.low),
                DefaultRange::TargetHigh => Range::level(&parent.range.high),
                DefaultRange::TargetRange => parent.range.clone(),
                DefaultRange::Intersection => subject.range.intersection(&parent.range)?,
                DefaultRange::Unsaid if process => subject.range.clone(),
                DefaultRange::Unsaid => Range::level(&subject.range.low),
            }
        };
        Some(Context { user, role, type_, range })
    }

    /// The names of all users, roles, types or sensitivities and categories,
    /// by number; aliases and attributes are not among them.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        let (names, attribute): (_, fn(&Policy, u32) -> bool) = match kind {
            Kind::User => (&self.user_names, |_, _| false),
            Kind::Role => (&self.role_names, |_, _| false),
            Kind::Type => (&self.type_names, |policy, value| {
                policy.type_(value).is_none_or(|type_| type_.attribute)
            }),
            Kind::Level => (&self.level_names, |_, _| false),
            Kind::Category => (&self.category_names, |_, _| false),
        };
        (1..=names.by_value.len() as u32)
            .filter(move |value| !attribute(self, *value))
            .filter_map(|value| names.name(value))
    }

    /// The names of the types for which a class has any vector, as its source
    /// or as its target.
    pub fn types_with_rules(&self, class: Class, target: bool) -> impl Iterator<Item = &[u8]> {
        let rules = &self.classes[class.index()];
        let marked = if target { &rules.targets } else { &rules.sources };
        (1..=self.types.len() as u32)
            .filter(move |value| {
                self.type_(*value)
                    .is_some_and(|t| !t.attribute && t.attributes.iter().any(|a| marked.get(*a)))
            })
            .filter_map(|value| self.type_names.name(value))
    }
}

impl Attribute {
    fn of(self, context: &Context) -> u32 {
        match self {
            Attribute::User => context.user,
            Attribute::Role => context.role,
            Attribute::Type => context.type_,
        }
    }
}

impl Levels {
    fn of<'a>(self, one: &'a Range, two: &'a Range) -> (&'a Level, &'a Level) {
        match self {
            Levels::L1L2 => (&one.low, &two.low),
            Levels::L1H2 => (&one.low, &two.high),
            Levels::H1L2 => (&one.high, &two.low),
            Levels::H1H2 => (&one.high, &two.high),
            Levels::L1H1 => (&one.low, &one.high),
            Levels::L2H2 => (&two.low, &two.high),
        }
    }
}
