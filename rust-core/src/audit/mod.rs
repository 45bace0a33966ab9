//! Audit records: for the server's log, and for the audit daemon in the form
//! that ausearch and audit2allow read; how many, and how they get there.

pub mod daemon;
pub mod limit;

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
    /// Writes the record for the server's log.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(b"SELinux: ");
        text.extend_from_slice(self.outcome());
        text.extend_from_slice(b" { ");
        self.write_permissions(&mut text);
        text.extend_from_slice(b"} ");
        self.write_contexts(&mut text);
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

    /// Writes the record for the audit daemon: a USER_AVC message as the
    /// kernel's own AVC records are, names encoded as there.  `user` and
    /// `database` are those of the session.
    pub fn message(&self, user: Option<&[u8]>, database: Option<&[u8]>) -> Vec<u8> {
        let mut text = Vec::with_capacity(384);
        text.extend_from_slice(b"avc:  ");
        text.extend_from_slice(self.outcome());
        text.extend_from_slice(b"  { ");
        self.write_permissions(&mut text);
        text.extend_from_slice(b"} for ");
        for (field, value) in
            [(&b"name="[..], self.name), (&b"acct="[..], user), (&b"db="[..], database)]
        {
            if let Some(value) = value {
                text.push(b' ');
                text.extend_from_slice(field);
                encode(value, &mut text);
            }
        }
        text.push(b' ');
        self.write_contexts(&mut text);
        if self.denied || self.permissive {
            text.extend_from_slice(b" permissive=");
            text.push(if self.permissive { b'1' } else { b'0' });
        }
        // libaudit goes on with a colon, which is not to be the value's.
        text.push(b' ');
        text
    }

    fn outcome(&self) -> &'static [u8] {
        if self.denied { b"denied" } else { b"granted" }
    }

    fn write_permissions(&self, text: &mut Vec<u8>) {
        for permission in self.class.permissions() {
            if self.permissions & permission.bit != 0 {
                text.extend_from_slice(permission.name.as_bytes());
                text.push(b' ');
            }
        }
    }

    fn write_contexts(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"scontext=");
        escape(self.subject, text);
        text.extend_from_slice(b" tcontext=");
        escape(self.object, text);
        text.extend_from_slice(b" tclass=");
        text.extend_from_slice(self.class.name().as_bytes());
    }
}

/// Writes a name as the audit system does: in quotes, or as hexadecimal digits
/// where it has characters that could end it.
fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    if bytes.iter().all(|byte| matches!(byte, 0x21..=0x7e) && !matches!(byte, b'"' | b'\'')) {
        text.push(b'"');
        text.extend_from_slice(bytes);
        text.push(b'"');
    } else {
        for byte in bytes {
            text.extend([byte >> 4, byte & 15].map(|digit| b"0123456789ABCDEF"[digit as usize]));
        }
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

    #[test]
    fn as_the_audit_daemon_wants_it() {
        let text = Record { name: Some(b"t"), ..record() }.message(Some(b"joe"), Some(b"my db"));
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "avc:  denied  { insert } for  name=\"t\" acct=\"joe\" db=6D79206462 \
             scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=db_tuple permissive=0 "
        );
        let text = Record { denied: false, ..record() }.message(None, None);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "avc:  granted  { insert } for  scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=db_tuple "
        );
        let text = Record { permissive: true, ..record() }.message(None, None);
        assert!(text.ends_with(b" permissive=1 "));
    }

    #[test]
    fn names_cannot_forge_messages() {
        for name in ["x scontext=y", "x\" tclass=file", "x'", "\u{1}", "\u{e9}"] {
            let text = Record { name: Some(name.as_bytes()), ..record() }.message(None, None);
            let text = String::from_utf8(text).unwrap();
            let hex: String = name.bytes().map(|byte| format!("{byte:02X}")).collect();
            assert!(text.contains(&format!(" name={hex} scontext=a:b:c:s0 ")), "{text}");
        }
    }
}
