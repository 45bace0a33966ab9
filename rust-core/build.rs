//! Compiles the shim over libsepol, binds its header and libaudit's, and bundles
//! libsepol.

use std::env;
use std::path::PathBuf;

/// Where distributions put libsepol.a; `SEPGSQL_LIBSEPOL_DIR` comes before.
const LIBSEPOL_DIRS: &[&str] =
    &["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=shim");
    println!("cargo:rerun-if-env-changed=SEPGSQL_LIBSEPOL_DIR");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));

    // Clang, for bindgen, and cc read the same header.
    bindgen::Builder::default()
        .header("shim/shim.h")
        .allowlist_item("(sepg|SEPG)_.*")
        .derive_default(true)
        .layout_tests(true)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .generate()
        .expect("bindgen cannot read shim/shim.h; is libclang installed?")
        .write_to_file(out.join("shim.rs"))
        .expect("cannot write the bindings of the shim");

    bindgen::Builder::default()
        .header_contents("audit.h", "#include <libaudit.h>\n")
        .allowlist_function("audit_(open|close|log_user_avc_message)|set_aumessage_mode")
        .allowlist_var("AUDIT_USER_AVC")
        .layout_tests(false)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .generate()
        .expect("bindgen cannot read libaudit.h; is libaudit-dev (audit-libs-devel) installed?")
        .write_to_file(out.join("libaudit.rs"))
        .expect("cannot write the bindings of libaudit");
    println!("cargo:rustc-link-lib=audit");

    cc::Build::new()
        .file("shim/shim.c")
        .file("shim/oracle.c")
        .file("shim/selinux.c")
        .std("gnu11")
        .warnings(true)
        .extra_warnings(true)
        .compile("sepg_shim");

    // After the shim, which needs it.
    let dir = env::var("SEPGSQL_LIBSEPOL_DIR")
        .ok()
        .into_iter()
        .chain(LIBSEPOL_DIRS.iter().map(|dir| (*dir).to_owned()))
        .find(|dir| PathBuf::from(dir).join("libsepol.a").exists())
        .expect("libsepol.a not found; install libsepol-dev (libsepol-static on Fedora), or set SEPGSQL_LIBSEPOL_DIR");
    println!("cargo:rustc-link-search=native={dir}");
    println!("cargo:rustc-link-lib=static=sepol");
}
