//! Audit records, in the form that ausearch and audit2allow read.

use crate::class::Class;

/// What a record is about.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The subject's context.
    pub subject: &'a [u8],
    /// The object's context.
    pub object: &'a [u8],
    /// The object's class.
    pub class: Class,
    /// The permissions.
    pub permissions: u32,
    /// They were refused.
    pub denied: bool,
    /// They were refused by the policy and let pass.
    pub permissive: bool,
    /// What the object is called.
    pub name: Option<&'a [u8]>,
}

impl Record<'_> {
    /// Writes the record.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(b"SELinux: ");
        text.extend_from_slice(if self.denied { b"denied" } else { b"granted" });
        text.extend_from_slice(b" { ");
        for permission in self.class.permissions() {
            if self.permissions & permission.bit != 0 {
                text.extend_from_slice(permission.name.as_bytes());
                text.push(b' ');
            }
        }
        text.extend_from_slice(b"} scontext=");
        escape(self.subject, &mut text);
        text.extend_from_slice(b" tcontext=");
        escape(self.object, &mut text);
        text.extend_from_slice(b" tclass=");
        text.extend_from_slice(self.class.name().as_bytes());
        if let Some(name) = self.name {
            text.extend_from_slice(b" name=\"");
            // Inside quotes a space is no end.
            for part in name.split_inclusive(|byte| *byte == b' ') {
                match part.split_last() {
                    Some((b' ', rest)) => {
                        escape(rest, &mut text);
                        text.push(b' ');
                    }
                    _ => escape(part, &mut text),
                }
            }
            text.push(b'"');
        }
        if self.permissive {
            text.extend_from_slice(b" permissive=1");
        }
        text
    }
}

/// Writes what could end a field, or the line, as a backslash and three octal
/// digits: a name must not be able to forge a record.
fn escape(bytes: &[u8], text: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            b'"' | b'\\' | 0..=b' ' | 0x7f => {
                text.push(b'\\');
                text.extend([byte >> 6, byte >> 3 & 7, byte & 7].map(|digit| b'0' + digit));
            }
            _ => text.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::*;

    fn record<'a>() -> Record<'a> {
        Record {
            subject: b"a:b:c:s0",
            object: b"d:e:f:s0",
            class: Class::new(SEPG_CLASS_DB_TUPLE).unwrap(),
            permissions: SEPG_DB_TUPLE__INSERT,
            denied: true,
            permissive: false,
            name: None,
        }
    }

    #[test]
    fn plain() {
        assert_eq!(
            record().text(),
            b"SELinux: denied { insert } scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=db_tuple"
        );
    }

    #[test]
    fn named_permissive_and_granted() {
        let record = Record {
            class: Class::new(SEPG_CLASS_DB_TABLE).unwrap(),
            permissions: SEPG_DB_TABLE__SELECT | SEPG_DB_TABLE__LOCK,
            denied: false,
            permissive: true,
            name: Some(b"my table"),
            ..record()
        };
        let text = String::from_utf8(record.text()).unwrap();
        assert!(text.starts_with("SELinux: granted { select lock } "), "{text}");
        assert!(text.ends_with("tclass=db_table name=\"my table\" permissive=1"), "{text}");
    }

    #[test]
    fn names_cannot_forge_records() {
        let record = Record { name: Some(b"x\" permissive=1\nSELinux: granted"), ..record() };
        let text = String::from_utf8(record.text()).unwrap();
        assert!(text.contains("name=\"x\\042 permissive=1\\012SELinux: granted\""), "{text}");
        let record = Record { subject: b"a:b:c tcontext=x", ..super::tests::record() };
        let text = String::from_utf8(record.text()).unwrap();
        assert!(text.contains("scontext=a:b:c\\040tcontext=x "), "{text}");
    }
}
