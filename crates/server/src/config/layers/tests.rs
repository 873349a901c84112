use super::*;
use crate::config::RateLimit;

fn read(file: Option<&str>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Loaded> {
    let data = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        std::fs::write(data.path().join(FILE), text).unwrap();
    }
    let lookup = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let flags: Vec<_> = flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
    Loaded::read(None, data.path(), lookup, &flags)
}

fn complaint(result: Result<Loaded>) -> String {
    format!("{:#}", result.unwrap_err())
}

#[test]
fn nothing_set_is_the_default() {
    assert_eq!(read(None, &[], &[]).unwrap().config, Config::default());
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "rate_limit = 1\nbody_bytes = 1\nlisten = \"f:1\"\n[limits]\nbatch_items = 5\n";
    let environment = [("CARDFILE_RATE_LIMIT", "2"), ("CARDFILE_BODY_BYTES", "2"), ("CARDFILE_LIMITS_BATCH_ITEMS", "6")];
    let loaded = read(Some(file), &environment, &[("rate_limit", "off")]).unwrap();
    assert_eq!(loaded.config.rate_limit, RateLimit(None));
    assert_eq!(loaded.config.body_bytes, 2);
    assert_eq!(loaded.config.listen, "f:1");
    assert_eq!(loaded.config.limits.batch_items, 6);
    let origin = |key: &str| loaded.values[key].1.clone();
    assert_eq!(origin("rate_limit"), Origin::Flag("--rate-limit".into()));
    assert_eq!(origin("body_bytes"), Origin::Environment("CARDFILE_BODY_BYTES".into()));
    assert!(matches!(origin("listen"), Origin::File(_)));
    assert_eq!(origin("log.filter"), Origin::Default);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let told = complaint(read(Some("listen = \"a:1\"\nlitsen = \"b:2\"\n"), &[], &[]));
    assert!(told.contains("cardfile.toml") && told.contains("line 2") && told.contains("litsen"), "{told}");
    let told = complaint(read(Some("[limits]\nbatch = 1\n"), &[], &[]));
    assert!(told.contains("batch"), "{told}");
}

#[test]
fn a_value_that_does_not_fit_is_told_with_its_key_and_origin() {
    let told = complaint(read(None, &[("CARDFILE_MAX_CONNECTIONS", "many")], &[]));
    assert!(told.starts_with("max_connections (from CARDFILE_MAX_CONNECTIONS): "), "{told}");
    let told = complaint(read(None, &[], &[("rate_limit", "0")]));
    assert!(told.starts_with("rate_limit (from --rate-limit): "), "{told}");
    let told = complaint(read(None, &[("CARDFILE_RETENTION", "30")], &[]));
    assert!(told.contains("no length of time"), "{told}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    assert!(complaint(read(Some("[tls]\ncert = \"a.pem\"\n"), &[], &[])).contains("tls"));
    assert!(complaint(read(None, &[], &[("public_url", "cardfile.example")])).contains("public_url"));
}

#[test]
fn settings_that_let_nobody_sign_in_are_refused() {
    for line in ["failures = 0", "failures_by_address = 0", "window = \"0s\"", "workers = 0", "waiting = 0"] {
        let told = complaint(read(Some(&format!("[logins]\n{line}\n")), &[], &[]));
        assert!(told.contains(&format!("logins.{}", line.split(' ').next().unwrap())), "{told}");
    }
    let loaded = read(Some("[logins]\nwindow = \"1h\"\n"), &[("CARDFILE_LOGINS_FAILURES", "3")], &[]).unwrap();
    let logins = loaded.config.directory().logins;
    assert_eq!((logins.failures, logins.window), (3, jiff::SignedDuration::from_hours(1)));
}

#[test]
fn lists_are_written_with_commas_in_the_environment() {
    let environment = [
        ("CARDFILE_PROTECTIONS_LAST_APPROVER_EXEMPT", "webex, cli"),
        ("CARDFILE_PROTECTIONS_LAST_ADMIN_EXEMPT", ""),
        ("CARDFILE_TRUSTED_PROXIES", "10.0.0.1,2001:db8::1"),
    ];
    let config = read(None, &environment, &[]).unwrap().config;
    assert_eq!(config.protections.last_approver_exempt, ["webex", "cli"]);
    assert!(config.protections.last_admin_exempt.is_empty());
    assert_eq!(config.directory().protections, config.protections);
    assert_eq!(config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.1", "2001:db8::1"]);
    let told = complaint(read(None, &[("CARDFILE_TRUSTED_PROXIES", "proxy.example")], &[]));
    assert!(told.starts_with("trusted_proxies (from CARDFILE_TRUSTED_PROXIES): "), "{told}");
}

#[test]
fn a_door_that_is_not_there_cannot_be_exempt() {
    for name in ["last_approver_exempt", "last_admin_exempt", "oneself_exempt"] {
        let told = complaint(read(Some(&format!("[protections]\n{name} = [\"cli\", \"Webex\"]\n")), &[], &[]));
        assert!(
            told.contains(&format!("protections.{name}: there is no door `Webex`")) && told.contains("address-book"),
            "{told}"
        );
    }
}

#[test]
fn what_is_wrong_in_a_dialect_s_section_is_told_with_its_name() {
    assert!(complaint(read(None, &[("CARDFILE_COMMERCE_PAGE_CAP", "0")], &[])).starts_with("commerce.page_cap"));
    let file = "[commerce.tenants]\n\"shop.example\" = \"0a110000-0000-4000-8000-000000000001\"\n";
    let loaded = read(Some(file), &[], &[]).unwrap();
    assert!(loaded.config.commerce.tenant("shop.example").is_some());
    assert_eq!(read(Some(&loaded.to_toml()), &[], &[]).unwrap().config, loaded.config);
}

#[test]
fn the_printed_configuration_is_a_configuration_file() {
    let printed = read(None, &[("CARDFILE_RATE_LIMIT", "off")], &[]).unwrap();
    assert_eq!(read(Some(&printed.to_toml()), &[], &[]).unwrap().config, printed.config);
}
