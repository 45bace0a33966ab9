//! sepgsql_contexts: the labels that objects get when a database is first
//! labelled, in the form that libselinux reads as `SELABEL_CTX_DB`.
//!
//! Each line has a kind of object, a pattern of names and a context; the first
//! line that matches counts.

use std::ffi::{CStr, CString};

use crate::class::Class;

/// A file that cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    line: usize,
    problem: String,
}

#[derive(Debug)]
struct Line {
    class: Class,
    pattern: CString,
    context: CString,
}

/// The lines of a file.
#[derive(Debug, Default)]
pub struct DbContexts(Vec<Line>);

impl DbContexts {
    /// Reads the text of a file.
    pub fn parse(text: &[u8]) -> Result<DbContexts, ParseError> {
        let mut lines = Vec::new();
        for (i, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let error = |problem: String| ParseError { line: i + 1, problem };
            let mut fields =
                line.split(|byte| byte.is_ascii_whitespace()).filter(|field| !field.is_empty());
            let Some(kind) = fields.next().filter(|field| !field.starts_with(b"#")) else {
                continue;
            };
            let (Some(pattern), Some(context), None) =
                (fields.next(), fields.next(), fields.next())
            else {
                return Err(error("expected a kind of object, a pattern and a context".to_owned()));
            };
            let kind = String::from_utf8_lossy(kind);
            let Some(class) = Class::by_name(&kind).filter(|c| c.name().starts_with("db_")) else {
                return Err(error(format!("unknown kind of object \"{kind}\"")));
            };
            let string = |bytes: &[u8]| {
                CString::new(bytes).map_err(|_| error("a field holds a NUL byte".to_owned()))
            };
            lines.push(Line { class, pattern: string(pattern)?, context: string(context)? });
        }
        Ok(DbContexts(lines))
    }

    /// The context of an object; a name is qualified, as in "db.schema.table".
    pub fn lookup(&self, class: Class, name: &CStr) -> Option<&CStr> {
        self.0
            .iter()
            .find(|line| line.class == class && matches(&line.pattern, name))
            .map(|line| line.context.as_c_str())
    }
}

fn matches(pattern: &CStr, name: &CStr) -> bool {
    // SAFETY: Both texts are NUL-terminated; fnmatch() keeps neither.
    unsafe { libc::fnmatch(pattern.as_ptr(), name.as_ptr(), 0) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::*;

    const TEXT: &[u8] = b"# comment\n\
        db_database\t*\tsystem_u:object_r:sepgsql_db_t:s0\n\
        \n\
          # another\n\
        db_table *.pg_catalog.pg_author* system_u:object_r:secret_t:s0\n\
        db_table *.pg_catalog.* system_u:object_r:sepgsql_sysobj_t:s0\n";

    #[test]
    fn first_match_counts() {
        let contexts = DbContexts::parse(TEXT).unwrap();
        let table = Class::new(SEPG_CLASS_DB_TABLE).unwrap();
        let found = |name| contexts.lookup(table, name).map(|c| c.to_str().unwrap());
        assert_eq!(found(c"x.pg_catalog.pg_authorid"), Some("system_u:object_r:secret_t:s0"));
        assert_eq!(found(c"x.pg_catalog.pg_class"), Some("system_u:object_r:sepgsql_sysobj_t:s0"));
        assert_eq!(found(c"x.public.t"), None);
        let blob = Class::new(SEPG_CLASS_DB_BLOB).unwrap();
        assert_eq!(contexts.lookup(blob, c"1"), None);
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &[u8]| DbContexts::parse(text).unwrap_err().to_string();
        assert_eq!(
            error(b"\ndb_table *\n"),
            "line 2: expected a kind of object, a pattern and a context"
        );
        assert_eq!(error(b"db_thing * a:b:c"), "line 1: unknown kind of object \"db_thing\"");
        assert_eq!(error(b"process * a:b:c"), "line 1: unknown kind of object \"process\"");
    }
}
