//! The checked-in C header is what the sources say.
//!
//! `SEPGSQL_UPDATE_HEADER=1 cargo test --test header` writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sepgsql_core::class::{Class, SEPG_CLASS_FILE, SEPG_CLASS_SECURITY};

const BANNER: &str = "\
/*-------------------------------------------------------------------------
 *
 * sepgsql_core.h
 *\t\tThe reference monitor of SE-PostgreSQL, as C sees it.
 *
 * Generated from rust-core/src by its test \"header\"; do not edit.
 *
 * src/include/security/sepgsql_core.h
 *
 *-------------------------------------------------------------------------
 */";

/// Permission bits as constants, which no generator sees behind the macros.
fn permissions() -> String {
    let mut text =
        String::from("/*\n * Permissions, by class.  The file classes share those of file.\n */\n");
    let own =
        |class: &Class| class.number() <= SEPG_CLASS_FILE || class.number() == SEPG_CLASS_SECURITY;
    for class in Class::all().filter(own) {
        let prefix = class.name().to_uppercase();
        for permission in class.permissions() {
            let name = permission.name.to_uppercase();
            writeln!(text, "#define SEPG_{prefix}__{name} 0x{:04x}", permission.bit).unwrap();
        }
        text.push('\n');
    }
    text
}

fn generate() -> String {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        header: Some(BANNER.to_owned()),
        include_guard: Some("SEPGSQL_CORE_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stdbool.h".into(), "stddef.h".into(), "stdint.h".into()],
        after_includes: Some(format!("\n{}", permissions().trim_end())),
        cpp_compat: false,
        usize_is_size_t: true,
        style: cbindgen::Style::Both,
        tab_width: 4,
        line_length: 78,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        ..cbindgen::Config::default()
    };
    config.function.prefix = Some("extern".to_owned());
    config.export.exclude = ["MAX_CONTEXT_LENGTH".into(), "REQUIRED_CLASSES".into()].into();
    let bindings = ["class.rs", "context.rs", "decide.rs", "ffi.rs"]
        .iter()
        .fold(cbindgen::Builder::new().with_config(config), |builder, file| {
            builder.with_src(sources.join(file))
        })
        .generate()
        .expect("cbindgen cannot read the sources");
    let mut text = Vec::new();
    bindings.write(&mut text);
    tidy(&String::from_utf8(text).unwrap())
}

/// Brings the text into PostgreSQL's style: tabs, comments of one line where
/// one is enough, negative numbers in parentheses.
fn tidy(text: &str) -> String {
    // Rust's heading for what a caller has to see to.
    let text = text.replace(" * # Safety\n *\n", " * The caller sees to it:\n");
    let text = text.replace("/**\n", "/*\n");
    let text = text.replace("\nextern\n", "\nextern ");
    let mut lines: Vec<String> = Vec::new();
    let mut in_function = false;
    for line in text.lines() {
        // The parameters of a function, which the prefix has moved.
        if in_function {
            in_function = !line.ends_with(';');
            lines.push(format!("\t\t\t\t\t{}", line.trim_start()));
            continue;
        }
        in_function = line.starts_with("extern ") && !line.ends_with(';');
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let mut line = format!("{}{}", "\t".repeat(spaces / 4), &line[spaces / 4 * 4..]);
        if let Some((name, number)) = line.split_once(" -").filter(|_| line.starts_with("#define"))
        {
            line = format!("{name} (-{number})");
        }
        let trimmed = line.trim_start();
        if let [.., begin, only] = &lines[..]
            && trimmed == "*/"
            && begin.trim_start() == "/*"
            && let Some(only) = only.trim_start().strip_prefix("* ")
        {
            let only = format!("{}/* {only} */", &begin[..begin.len() - 2]);
            lines.truncate(lines.len() - 2);
            lines.push(only);
            continue;
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../patches/files/src/include/security/sepgsql_core.h")
}

#[test]
fn is_current() {
    let text = generate();
    if std::env::var_os("SEPGSQL_UPDATE_HEADER").is_some() {
        std::fs::create_dir_all(path().parent().unwrap()).unwrap();
        std::fs::write(path(), &text).unwrap();
    }
    let found = std::fs::read_to_string(path()).unwrap_or_default();
    assert!(
        found == text,
        "{} is not what the sources say; run SEPGSQL_UPDATE_HEADER=1 cargo test --test header",
        path().display()
    );
}
