//! Which database, cache or queue a client would talk to: options, addresses, the text's and the child's variables, and
//! the files the clients themselves read (`~/.pg_service.conf`, `~/.my.cnf`), in the order in which the clients heed them.

use std::collections::BTreeMap;

use crate::domain::approval::PlaceKind;

use super::Around;
use super::options::{Call, Style};

/// A client that names its server by options or variables alone.
struct Client {
    names: &'static [&'static str],
    style: Style,
    /// Options with a whole address, then with a host, then with a port.
    address: &'static [&'static str],
    host: &'static [&'static str],
    port: &'static [&'static str],
    user: &'static [&'static str],
    database: &'static [&'static str],
    /// Variables with the address or host.
    variables: &'static [&'static str],
    /// Where it goes when nothing says so.
    otherwise: &'static str,
}

const NO_STYLE: Style = Style { letters: "", attached: "", long: &[] };
const NONE: Client = Client {
    names: &[],
    style: NO_STYLE,
    address: &[],
    host: &[],
    port: &[],
    user: &[],
    database: &[],
    variables: &[],
    otherwise: "",
};

const CLIENTS: [Client; 14] = [
    Client {
        names: &["redis-cli", "valkey-cli", "keydb-cli"],
        style: Style { letters: "hpnuasridDtX", attached: "", long: &["--user", "--pass", "--pattern", "--eval"] },
        address: &["-u"],
        host: &["-h", "-s"],
        port: &["-p"],
        user: &["--user"],
        database: &["-n"],
        variables: &[],
        otherwise: "127.0.0.1:6379",
    },
    Client {
        names: &[
            "mongosh",
            "mongo",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "mongotop",
        ],
        style: Style { letters: "updch", attached: "", long: &["--eval", "--password", "--authenticationDatabase"] },
        address: &["--uri"],
        host: &["--host", "-h"],
        port: &["--port"],
        user: &["--username", "-u"],
        database: &["--db", "-d"],
        otherwise: "127.0.0.1:27017",
        ..NONE
    },
    Client {
        names: &["etcdctl", "etcdutl"],
        address: &["--endpoints"],
        user: &["--user"],
        variables: &["ETCDCTL_ENDPOINTS"],
        otherwise: "127.0.0.1:2379",
        ..NONE
    },
    Client {
        names: &["consul"],
        address: &["-http-addr", "--http-addr"],
        database: &["-namespace", "--namespace"],
        variables: &["CONSUL_HTTP_ADDR"],
        otherwise: "127.0.0.1:8500",
        ..NONE
    },
    Client {
        names: &["vault", "bao"],
        address: &["-address", "--address"],
        database: &["-namespace", "--namespace"],
        variables: &["VAULT_ADDR", "BAO_ADDR"],
        otherwise: "https://127.0.0.1:8200",
        ..NONE
    },
    Client {
        names: &["nomad"],
        address: &["-address", "--address"],
        database: &["-namespace", "--namespace"],
        variables: &["NOMAD_ADDR"],
        otherwise: "http://127.0.0.1:4646",
        ..NONE
    },
    Client {
        names: &["nats"],
        style: Style { letters: "s", attached: "", long: &[] },
        address: &["--server", "-s"],
        user: &["--user"],
        database: &["--context"],
        variables: &["NATS_URL"],
        otherwise: "127.0.0.1:4222",
        ..NONE
    },
    Client {
        names: &["kcat", "kafkacat"],
        style: Style { letters: "bXtGoc", attached: "", long: &[] },
        address: &["-b"],
        ..NONE
    },
    Client {
        names: &["rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-queues"],
        style: Style { letters: "npt", attached: "", long: &[] },
        address: &["--node", "-n"],
        database: &["--vhost", "-p"],
        otherwise: "this machine's node",
        ..NONE
    },
    Client {
        names: &["rabbitmqadmin"],
        style: Style { letters: "HPuVpNc", attached: "", long: &[] },
        host: &["--host", "-H"],
        port: &["--port", "-P"],
        user: &["--username", "-u"],
        database: &["--vhost", "-V"],
        otherwise: "localhost:15672",
        ..NONE
    },
    Client {
        names: &["cqlsh", "clickhouse-client", "clickhouse", "cassandra-cli", "influx"],
        style: Style { letters: "uphkedqd", attached: "", long: &["--query", "--password", "--execute"] },
        host: &["--host", "-h"],
        port: &["--port"],
        user: &["--user", "--username", "-u"],
        database: &["--database", "--keyspace", "-k", "-d"],
        variables: &["CQLSH_HOST", "INFLUX_HOST"],
        otherwise: "localhost",
        ..NONE
    },
    Client { names: &["amtool"], address: &["--alertmanager.url"], ..NONE },
    Client {
        names: &["logcli"],
        address: &["--addr"],
        variables: &["LOKI_ADDR"],
        otherwise: "http://localhost:3100",
        ..NONE
    },
    Client {
        names: &["nodetool"],
        style: Style { letters: "hpuw", attached: "", long: &[] },
        host: &["-h", "--host"],
        port: &["-p", "--port"],
        otherwise: "127.0.0.1:7199",
        ..NONE
    },
];

/// The clients of PostgreSQL that take `-h -p -U -d`.
const POSTGRES: [&str; 14] = [
    "psql",
    "pgcli",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "pg_basebackup",
    "createdb",
    "dropdb",
    "createuser",
    "dropuser",
    "vacuumdb",
    "reindexdb",
    "pgbench",
];
const MYSQL: [&str; 9] = [
    "mysql",
    "mariadb",
    "mysqladmin",
    "mariadb-admin",
    "mysqldump",
    "mariadb-dump",
    "mysqlcheck",
    "mysqlshow",
    "mysqlsh",
];

/// The places of a database client's call.
pub(super) fn places(call: &Call<'_>, around: &mut Around<'_>) {
    if POSTGRES.contains(&call.name) {
        postgres(call, around);
    } else if MYSQL.contains(&call.name) {
        mysql(call, around);
    } else if let Some(client) = CLIENTS.iter().find(|client| client.names.contains(&call.name)) {
        other(call, client, around);
    } else if call.name.starts_with("kafka-") {
        let named = call.option(&["--bootstrap-server", "--broker-list", "--zookeeper"], super::options::LONG);
        around.reach.add(PlaceKind::DatabaseHost, named.unwrap_or_default());
    }
}

fn postgres(call: &Call<'_>, around: &mut Around<'_>) {
    let style = match call.name {
        "psql" | "pgcli" => {
            Style { letters: "cdfFhLoPpRTUv", attached: "", long: &["--command", "--file", "--set", "--variable"] }
        }
        "pgbench" => Style { letters: "cfjlnTtUhpbDFiLMPRs", attached: "", long: &[] },
        _ => Style { letters: "hpUdfFjnNtTEZSlDOe", attached: "", long: &["--file", "--schema", "--table", "--jobs"] },
    };
    let named = ["-h", "--host", "-p", "--port", "-U", "--username", "-d", "--dbname"];
    let operands = call.operands(&named, style);
    let text = call.option(&["-d", "--dbname"], style).or_else(|| operands.first().cloned()).unwrap_or_default();
    let mut said = connection(&text);
    let option = |names: &[&str]| call.option(names, style);
    // For psql what stands in the address wins over options, which win over variables, the service file last.
    let service = said.get("service").cloned().or_else(|| around.variable(&["PGSERVICE"]));
    let fill = |said: &mut BTreeMap<String, String>, key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            said.entry(key.to_owned()).or_insert(value);
        }
    };
    fill(&mut said, "host", option(&["-h", "--host"]));
    fill(&mut said, "port", option(&["-p", "--port"]));
    fill(&mut said, "user", option(&["-U", "--username"]));
    fill(&mut said, "user", operands.get(1).cloned().filter(|_| matches!(call.name, "psql" | "pgcli")));
    if let Some(service) = service {
        let path = around.variable(&["PGSERVICEFILE"]).unwrap_or_else(|| "~/.pg_service.conf".to_owned());
        let file = around.read(&path).map(|text| section(&text, &[&service])).unwrap_or_default();
        file.into_iter().for_each(|(key, value)| fill(&mut said, &key, Some(value)));
    }
    fill(&mut said, "host", around.variable(&["PGHOSTADDR", "PGHOST"]));
    fill(&mut said, "port", around.variable(&["PGPORT"]));
    fill(&mut said, "user", around.variable(&["PGUSER"]));
    fill(&mut said, "dbname", around.variable(&["PGDATABASE"]));
    fill(&mut said, "user", around.variable(&["USER"]));
    if matches!(call.name, "psql" | "pgcli") && !call.has(&["-X", "--no-psqlrc"]) {
        // Its commands run before the ones on the card.
        around.read("~/.psqlrc");
    }
    let user = said.get("user").cloned().unwrap_or_default();
    let host = said.get("hostaddr").or(said.get("host")).map_or(socket(around), String::as_str);
    let port = said.get("port").map_or("5432", String::as_str);
    around.reach.add(PlaceKind::DatabaseHost, format!("{host}:{port}"));
    around.reach.add(PlaceKind::Database, said.get("dbname").cloned().unwrap_or_else(|| user.clone()));
    around.reach.add(PlaceKind::DatabaseUser, user);
}

fn mysql(call: &Call<'_>, around: &mut Around<'_>) {
    let style = Style { letters: "DehPSu", attached: "p#", long: &["--execute", "--defaults-extra-file"] };
    let named =
        ["-h", "--host", "-P", "--port", "-u", "--user", "-D", "--database", "--socket", "-S", "--defaults-file"];
    let mut said = BTreeMap::new();
    if !call.has(&["--no-defaults"]) {
        let only = call.option(&["--defaults-file"], style);
        let files = match only {
            Some(only) => vec![only],
            None => {
                let more = call.option(&["--defaults-extra-file"], style);
                let usual = ["/etc/my.cnf", "/etc/mysql/my.cnf", "~/.my.cnf"].map(str::to_owned);
                usual.into_iter().chain(more).collect()
            }
        };
        // The last file that says something decides.
        for path in files {
            said.extend(around.read(&path).map(|text| section(&text, &["client", call.name])).unwrap_or_default());
        }
    }
    for (key, names) in [
        ("host", ["-h", "--host"]),
        ("port", ["-P", "--port"]),
        ("user", ["-u", "--user"]),
        ("database", ["-D", "--database"]),
        ("socket", ["-S", "--socket"]),
    ] {
        said.extend(call.option(&names, style).map(|value| (key.to_owned(), value)));
    }
    let shows_database =
        ["mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqlcheck", "mysqlshow"].contains(&call.name);
    let operand = call.operands(&named, style).into_iter().next().filter(|_| shows_database);
    said.extend(operand.map(|name| ("database".to_owned(), name)));
    let get = |key: &str| said.get(key).map(String::as_str);
    let host = match (get("host").or(around.env.get("MYSQL_HOST").map(String::as_str)), get("socket")) {
        (Some(host), _) => format!("{host}:{}", get("port").unwrap_or("3306")),
        (None, Some(socket)) => socket.to_owned(),
        (None, None) => socket(around).to_owned(),
    };
    let user = get("user").map(str::to_owned).or_else(|| around.variable(&["USER"]));
    around.reach.add(PlaceKind::DatabaseHost, host);
    around.reach.add(PlaceKind::Database, get("database").unwrap_or_default());
    around.reach.add(PlaceKind::DatabaseUser, user.unwrap_or_default());
}

fn other(call: &Call<'_>, client: &Client, around: &mut Around<'_>) {
    let option = |names: &[&str]| if names.is_empty() { None } else { call.option(names, client.style) };
    let mut named: Vec<&str> = Vec::new();
    for names in [client.address, client.host, client.port, client.user, client.database] {
        named.extend(names);
    }
    let mut said = option(client.address).map(|text| connection(&text)).unwrap_or_default();
    let first = call.operands(&named, client.style).into_iter().next();
    if let Some(text) =
        first.filter(|text| client.names.contains(&"mongosh") && (text.contains('/') || said.is_empty()))
    {
        // `mongosh HOST/DB`, an address, or a database alone.
        said.extend(match text.split_once('/') {
            Some((host, database)) if !text.contains("://") => {
                BTreeMap::from([("host".to_owned(), host.to_owned()), ("dbname".to_owned(), database.to_owned())])
            }
            Some(_) | None => connection(&text),
        });
    }
    let host = option(client.host).or_else(|| said.remove("host")).or_else(|| around.variable(client.variables));
    let port = option(client.port).or_else(|| said.remove("port"));
    let place = match (host, port) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => match client.otherwise.rsplit_once(':') {
            Some((_, port)) if !host.contains(':') && !host.contains('/') => format!("{host}:{port}"),
            Some(_) | None => host,
        },
        (None, Some(port)) => format!("{}:{port}", client.otherwise.rsplit_once(':').map_or("", |(host, _)| host)),
        (None, None) => said
            .remove("dbname")
            .filter(|_| !client.address.is_empty() && client.database.is_empty())
            .unwrap_or_else(|| client.otherwise.to_owned()),
    };
    around.reach.add(PlaceKind::DatabaseHost, place);
    around
        .reach
        .add(PlaceKind::Database, option(client.database).or_else(|| said.remove("dbname")).unwrap_or_default());
    around.reach.add(PlaceKind::DatabaseUser, option(client.user).or_else(|| said.remove("user")).unwrap_or_default());
}

/// Where a client goes that is told nothing.
fn socket(around: &Around<'_>) -> &'static str {
    if around.here { "this machine's socket" } else { "a local socket" }
}

/// Reads `postgresql://user@host:port/db?host=...`, `host=x dbname=y`, or a plain name of a database. Passwords are left
/// out.
fn connection(text: &str) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() && key != "password" {
            said.insert(key.to_owned(), value.to_owned());
        }
    };
    if let Some((_, rest)) = text.split_once("://") {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        put("user", user.split(':').next().unwrap_or_default());
        put("dbname", path);
        match hosts.rsplit_once(':') {
            Some((host, port)) if !hosts.contains(',') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                put("host", host);
                put("port", port);
            }
            Some(_) | None => put("host", hosts),
        }
        query.split('&').filter_map(|pair| pair.split_once('=')).for_each(|(key, value)| put(key, value));
    } else if text.contains('=') {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.for_each(|(key, value)| put(key, value.trim_matches('\'')));
    } else {
        match text.split_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                put("host", host);
                put("port", port);
            }
            Some(_) | None if text.contains('.') => put("host", text),
            Some(_) | None => put("dbname", text),
        }
    }
    said
}

/// The keys of an INI file's sections, later ones winning.
fn section(text: &str, names: &[&str]) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = names.contains(&name.trim());
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside && !line.starts_with(['#', ';'])) {
            let value = value.trim().trim_matches(['"', '\'']);
            if !key.trim().starts_with("pass") {
                said.insert(key.trim().to_owned(), value.to_owned());
            }
        }
    }
    said
}
