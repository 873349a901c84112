//! The hosts of a URL, one by one: each has its own time to answer, so that one that is silent keeps nobody from the next.

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// A configuration for each host, in the URL's order; the one there is where no host or only one is named.
pub(crate) fn each_of(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let most = hosts.len().max(addresses.len());
    let fits = |len: usize| len == 0 || len == most;
    if most < 2 || !fits(hosts.len()) || !fits(addresses.len()) || !(ports.len() <= 1 || ports.len() == most) {
        // The driver says what is wrong with it.
        return vec![config.clone()];
    }
    let one = |at: usize| {
        let mut one = without_hosts(config);
        match hosts.get(at) {
            Some(Host::Tcp(name)) => drop(one.host(name)),
            #[cfg(unix)]
            Some(Host::Unix(path)) => drop(one.host_path(path)),
            None => {}
        }
        if let Some(address) = addresses.get(at) {
            one.hostaddr(*address);
        }
        if let Some(port) = ports.get(at).or(ports.first()) {
            one.port(*port);
        }
        one
    };
    (0..most).map(one).collect()
}

fn without_hosts(config: &Config) -> Config {
    let mut bare = Config::new();
    bare.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs())
        .load_balance_hosts(config.get_load_balance_hosts())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle());
    config.get_user().map(|user| bare.user(user));
    config.get_password().map(|password| bare.password(password));
    config.get_dbname().map(|name| bare.dbname(name));
    config.get_options().map(|options| bare.options(options));
    config.get_application_name().map(|name| bare.application_name(name));
    config.get_connect_timeout().map(|time| bare.connect_timeout(*time));
    config.get_tcp_user_timeout().map(|time| bare.tcp_user_timeout(*time));
    config.get_keepalives_interval().map(|time| bare.keepalives_interval(time));
    config.get_keepalives_retries().map(|retries| bare.keepalives_retries(retries));
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_port_and_all_that_holds_for_every_one() {
        let url = "postgres://me:secret@one:1,two:2/cards?target_session_attrs=read-write&connect_timeout=3&sslmode=require";
        let config: Config = url.parse().expect("a URL");
        let expected = ["one:1", "two:2"].map(|place| {
            let url =
                format!("postgres://me:secret@{place}/cards?target_session_attrs=read-write&connect_timeout=3&sslmode=require");
            url.parse::<Config>().expect("a URL")
        });
        assert_eq!(each_of(&config), expected);
        let shared: Config = "host=one,two port=7 user=me".parse().expect("settings");
        let ports: Vec<u16> = each_of(&shared).iter().flat_map(Config::get_ports).copied().collect();
        assert_eq!(ports, [7, 7]);
        let alone: Config = "postgres://me@one/cards".parse().expect("a URL");
        assert_eq!(each_of(&alone), std::slice::from_ref(&alone));
    }
}
