#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sepgsql_fuzz::audit(data));
