//! What the redactor as a whole must do: nothing secret left, nothing else changed, one name for one value. Secrets are
//! made up while the tests run: `{a12}` stands for twelve letters and digits, `{x8}` for hexadecimal, `{p}` for a password
//! with signs in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use regex::Regex;

use super::*;

fn redacted(text: &str) -> String {
    Redactor::new().redact(text)
}

/// The template with its holes filled, and the pattern that what comes out must match: all but the holes unchanged.
fn filled(template: &str) -> (String, Regex) {
    let hole = Regex::new(r"\{([axp])(\d*)\}").unwrap();
    let (mut text, mut pattern, mut at) = (String::new(), "^".to_owned(), 0);
    for (index, found) in hole.captures_iter(template).enumerate() {
        let whole = found.get(0).unwrap();
        let letters = match &found[1] {
            "a" => "k3Zq9TbR7mWx2LpVn5Jd",
            "x" => "3f9a07c5e1b84d26",
            _ => "w7Kd-P2x_R9t~Mz",
        };
        let many = found[2].parse().unwrap_or(letters.len());
        let before = &template[at..whole.start()];
        text.push_str(before);
        text.extend(letters.chars().cycle().skip(index).take(many));
        pattern.push_str(&format!(r"{}\[REDACTED:[a-z0-9-]+:\d+\]", regex::escape(before)));
        at = whole.end();
    }
    text.push_str(&template[at..]);
    pattern.push_str(&regex::escape(&template[at..]));
    (text, Regex::new(&format!("(?s){pattern}$")).unwrap())
}

const SECRETS: &[&str] = &[
    "[client]\nuser=backup\npassword={p}\nhost=db1",
    "spring.datasource.password={p}",
    "<property name=\"hibernate.connection.password\">{p}</property>",
    "<add key=\"SmtpPassword\" value=\"{p}\" />",
    "[database]\npassword = \"{p}\"\nport = 5432",
    "      - POSTGRES_PASSWORD={p}\n      - POSTGRES_USER=app",
    "- name: SMTP_PASSWORD\n  value: {a16}\n- name: LOG_LEVEL\n  value: debug",
    "{\"name\":\"DB_PASSWORD\",\"value\":\"{a16}\"},{\"name\":\"PORT\",\"value\":\"8080\"}",
    "jdbc:sqlserver://sql-1:1433;databaseName=shop;user=sa;password={p};encrypt=true",
    "jdbc:oracle:thin:scott/{a12}@ora-1:1521/XE",
    "Data Source=sql-2;User Id=sa;Pwd={p};Pooling=true",
    "postgresql+psycopg2://app:{p}@db:5432/shop",
    "app:{p}@tcp(10.0.0.5:3306)/shop?parseTime=true",
    "rediss://default:{p}@cache.example.net:6380/1",
    "curl -H 'X-Vault-Token: {a24}' https://vault:8200/v1/sys/health",
    "Authorization: Token {a40}",
    "Authorization: Basic {a24}",
    "https://b.example.com/k?X-Amz-Expires=900&X-Amz-Signature={x64}",
    "GET /oauth/callback?code={a60}&state=xyz HTTP/1.1",
    "Cookie: theme=dark; JSESSIONID={a32}; lang=en",
    "curl -sS --user ops:{p} https://api.example.net/v1/jobs | jq .",
    "ldapsearch -x -D cn=admin -w '{p}' -b dc=net",
    "openssl pkcs12 -in a.p12 -passin pass:{p} -nodes",
    "mysqldump --single-transaction -uroot -p{p} shop > shop.sql",
    "sshpass -p {p} ssh web-1 uptime",
    "rabbitmqctl add_user app {p}",
    "echo '{p}' | docker login -u ci --password-stdin registry.example.net",
    "ALTER ROLE app WITH LOGIN PASSWORD '{p}';",
    "CREATE USER 'app'@'%' IDENTIFIED BY '{p}';",
    "requirepass {p}\nmaxmemory 2gb",
    "machine api.example.net\n  login ops\n  password {p}",
    "db-1.example.net:5432:orders:app:{p}",
    "{\"auths\":{\"registry.example.net\":{\"auth\":\"{a28}\"}}}",
    "git push https://{x40}@git.example.net/acme/shop.git",
    "Config(user='app', password='{p}', host='db')",
    "config: &{Host:db User:app Password:{p} SSL:false}",
    "Settings { host: \"db\", password: Some(\"{p}\") }",
    "{:host=>\"db\", :password=>\"{p}\"}",
    "  ~ password = \"{p}\" -> \"{a12}\"",
    "snmp-server community {a12} RO",
    "username ops privilege 15 password 7 {x22}",
    "stats auth admin:{p}",
    "ACL SETUSER app on >{p} ~* +@all",
    "smtp_auth_password {p}",
    "Unseal Key 1: {a44}",
    "Password for user elastic: {a20}",
    "Your new API key: {a40}",
    "define('DB_PASSWORD', '{p}');",
    "'password' => env('DB_PASSWORD', '{p}'),",
    "new PDO('mysql:host=db', 'root', '{p}')",
    "array(1) {\n  [\"password\"]=>\n  string(15) \"{p}\"\n}",
    "db_password = <<EOT\n{p}\nEOT",
    "variable \"db_password\" {\n  type = string\n  default = \"{p}\"\n}",
    "argc=4 a0=\"mysql\" a1=\"-uroot\" a2=\"-p{p}\" a3=\"shop\"",
    "[\"mysql\", \"-uroot\", \"-p{p}\"]",
    "args:\n  - --api-key\n  - {a32}\n  - --verbose",
    "HikariConfig - password.......................{p}",
    "DRIVER=x;UID=sa;PWD={p}",
    "Authorization: Token token=\"{x40}\", email=\"x\"",
    "proxy_set_header Authorization \"Basic {a28}\";",
    "<secret><![CDATA[{p}]]></secret>",
    "<param-name>password</param-name><param-value>{p}</param-value>",
    "etcdctl put /app/db/password {p}",
    "dig -y hmac-sha256:key1:{a44} @ns x",
    "net use Z: \\\\srv\\share {p} /user:ops",
    "kubectl patch secret x -p '{\"stringData\":{\"url\":\"{a20}\"}}'",
    "{\"kty\":\"oct\",\"kid\":\"1\",\"k\":\"{a43}\"}",
    "{\"msg\":\"{\\\"user\\\":\\\"a\\\",\\\"password\\\":\\\"{p}\\\"}\"}",
    "redirect=https%3A%2F%2Fapp%2Fcb%3Faccess_token%3D{a24}%26x%3D1",
    "&lt;password&gt;{a16}&lt;/password&gt;",
    "Endpoint=sb://ns/;SharedAccessKeyName=Root;SharedAccessKey={a43}",
    "    token: {a40}\n  name: ops",
    "kind: Secret\nmetadata:\n  name: db\ndata:\n  user: {a12}\n  anything: {a20}\ntype: Opaque",
    "items:\n- data:\n    config: {a24}\n  kind: Secret",
    "{\"apiVersion\":\"v1\",\"data\":{\"user\":\"{a24}\"},\"kind\":\"Secret\"}",
    "kubectl create secret generic x --from-literal=anything={p}",
];

const CLEAN: &[&str] = &[
    "POST /api/v1/token HTTP/1.1\" 200 881",
    "DB_PASSWORD=`pass show db`",
    "api_key: YOUR_API_KEY",
    "if password == other.password { return; }",
    "fn check(password: &str, token: Option<String>) -> bool",
    "passwd: files systemd",
    "daemon:*:19700:0:99999:7:::",
    "PWD=/srv/app/releases/20260504",
    "password:  16 bytes",
    "Wrong password for user bob: E1234",
    "password = input(\"Password: \")",
    "password......: set",
    "user ops on call this week",
    "Password for user app:",
    "max_tokens=4096 token_count: 12",
    "password=${DB_PASSWORD} secret: {{ vault }}",
    "invalid token: expired",
    "commit 4c97d0c21b1f3e7a9b8c7d6e5f4a3b2c1d0e9f8a sha256:e3b0c44298fc1c149afbf4c8996fb924",
    "GET http://shop.example/cart 200",
    "token=true",
    "token_type=bearer expires_in=52405",
    "password must be at least 12 characters",
    "Enter password: ",
    "Secret \"tls-cert\" not found",
    "existingSecret: redis-auth",
    "valueFrom: {secretKeyRef: {name: db-creds, key: password}}",
    "session opened for user root by (uid=0)",
    "Authorization: Bearer ${TOKEN}",
    "api_key: ****",
    "PWD=/home/ops OLDPWD=/root",
    "partition_key=tenant_id routing_key=orders.created",
    "postgres://app@db/orders?sslmode=require",
    "mysql -h db -P 3306 -u app -p shop",
    "mkdir -p /srv/app/cache; ssh -p 2222 web-1 uptime",
    "curl -u https://x",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-k3Zq9T",
    "kind: ConfigMap\ndata:\n  color: blue",
    "ssh_key_path: ~/.ssh/id_ed25519",
    "AKIA prefix keys must be rotated",
    "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END CERTIFICATE-----",
    "https://user@host.example.com/x git@github.com:acme/x.git",
];

#[test]
fn secrets_go_and_the_rest_stays() {
    for template in SECRETS {
        let (text, pattern) = filled(template);
        let gone = redacted(&text);
        assert!(pattern.is_match(&gone), "{text}\n became {gone}");
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in CLEAN {
        assert_eq!(redacted(text), *text);
    }
}

#[test]
fn a_private_key_goes_whole_and_its_lines_stay_lines() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
    for (text, lines) in [
        (format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n{body}\n-----END RSA PRIVATE KEY-----"), 4),
        (format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n{body}\\n-----END PRIVATE KEY-----"), 1),
        (format!("\"3: -----BEGIN PRIVATE KEY-----\"\n\"4: {body}\"\n\"5: {body}\""), 3),
        (format!("{body}\n{body}\n-----END PRIVATE KEY-----\nafter"), 4),
    ] {
        let gone = redacted(&text);
        assert!(!gone.contains("MIIE") && gone.contains("[REDACTED:private-key:1]"), "{gone}");
        assert_eq!(gone.lines().count(), lines);
    }
    let cut_off = redacted(&format!("-----BEGIN PRIVATE KEY-----\n{body}\nQuestion: why does it fail?"));
    assert!(cut_off.contains("why does it fail?"), "{cut_off}");
}

#[test]
fn the_same_value_keeps_its_number_whatever_it_is_taken_for() {
    let mut redactor = Redactor::new();
    assert_eq!(
        redactor.redact("password=aaa1 password=bbb2"),
        "password=[REDACTED:password:1] password=[REDACTED:password:2]"
    );
    assert_eq!(redactor.redact("redis://:bbb2@cache/0"), "redis://:[REDACTED:password:2]@cache/0");
    assert_eq!(redactor.count(), 2);
    assert_eq!(redactor.original("[REDACTED:password:2]"), Some("bbb2"));
}

#[test]
fn abuse_38_a_secret_over_two_lines_in_base64_and_three_times() {
    let mut redactor = Redactor::new();
    let token = format!("glpat-{}", "k3Zq9TbR7mWx2LpVn5Jd");
    let (head, tail) = token.split_at(14);
    let broken = redactor.redact(&format!("clone with {head}\n    {tail} failed"));
    assert_eq!(broken, "clone with [REDACTED:gitlab-token:1]\n    [REDACTED:gitlab-token:1] failed");

    let three = redactor.redact(&format!("a {token}\nb '{token}'\nc {token}."));
    assert_eq!(three.matches("[REDACTED:gitlab-token:1]").count(), 3, "{three}");

    let secret = "hunter2-Falcon~99";
    assert_eq!(redactor.redact(&format!("DB_PASSWORD={secret}")), "DB_PASSWORD=[REDACTED:password:1]");
    for shift in ["", "u", "us", "usr", "user:"] {
        let encoded = STANDARD.encode(format!("{shift}{secret}"));
        let gone = redactor.redact(&format!("header {encoded} sent"));
        assert!(gone.starts_with("header [REDACTED:password-base64:1]") && gone.ends_with(" sent"), "{gone}");
    }
    assert_eq!(redactor.redact("saw hunter2-Falcon%7E99 in the log"), "saw [REDACTED:password-escaped:1] in the log");
    assert_eq!(redactor.redact("typed hunter2-Falcon~99, failed"), "typed [REDACTED:password:1], failed");
}

#[test]
fn control_sequences_and_hidden_characters_hide_no_secret() {
    for text in [
        "pass\u{1b}[31mword=hun\u{1b}[0mter22 ok",
        "pass\u{200b}word=hun\u{200b}ter22 ok",
        "pass\\u{200b}word=hun\\u{200b}ter22 ok",
        "pass␛[1mword=hun␛[0mter22 ok",
    ] {
        let gone = redacted(text);
        assert!(gone.ends_with("=[REDACTED:password:1] ok"), "{gone}");
    }
}

#[test]
fn a_placeholder_is_never_redacted_again_nor_does_it_shield_what_stands_beside_it() {
    let text = "password=[REDACTED:password:7] and [REDACTED:jwt:1]";
    assert_eq!(redacted(text), text);
    assert!(!redacted("password=[REDACTED:password:7]hunter22x").contains("hunter22x"));
}

#[test]
fn a_quote_that_is_never_closed_hides_no_later_secret() {
    for opened in ["passwd '''x", "{\"password\": \"abc", "pwd='it"] {
        let text = format!("{opened}\npassword=Zq7kW2mX9rT4\n{opened} Zq7kW2mX9rT4 end");
        assert!(!redacted(&text).contains("Zq7kW2mX9rT4"), "{text}");
    }
}

#[test]
fn hostile_long_lines_take_one_pass() {
    // Quadratic scanning would take minutes on these.
    for piece in [
        "password=",
        "password='",
        "pwd: \"",
        "://a:",
        "sk-",
        "mysql ",
        "mysql curl ",
        "@",
        "-----BEGIN PRIVATE KEY-----",
        "{\"data\":",
        "eyJ",
        "\\\"",
        "+1 415 ",
        "Cookie: a=b;",
        "IDENTIFIED BY ",
        "kind: Secret\ndata:\n",
        "Bearer ",
        "<password ",
        "a.b@",
        "1-",
        "%3D",
        "token is ",
        "key.pass.",
        "AAAA",
    ] {
        let text = piece.repeat(120_000 / piece.len());
        let gone = redacted(&text);
        assert!(gone != "[REDACTED:unreadable:1]", "{piece:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn redacting_twice_changes_nothing_and_a_line_stays_a_line(text in "(?s).{0,200}", value in "[a-z0-9]{4,12}Z9") {
        let given = format!("{text}\npassword={value}\n{text}");
        let once = redacted(&given);
        let leak = format!("password={value}");
        prop_assert!(!once.contains(&leak));
        prop_assert_eq!(once.matches('\n').count(), given.matches('\n').count());
        prop_assert_eq!(redacted(&once), once.clone());
    }

    #[test]
    fn hostile_pieces_never_break_it(pieces in prop::collection::vec(prop::sample::select(vec![
        "password", "=", ": ", "\"", "'", "\\", "\\\"", "\n", "é", "\u{1b}[", "m", "-----BEGIN PRIVATE KEY-----", "Secret", "kind: ", "data:", "{", "}", "curl -u ", "a:b", "@", "://", "mysql -p", "x9Kd72Lm", "[REDACTED:a:1]", "Bearer ",
        "Cookie: ", ";", "token is ", "%3D", "&quot;", "|", " ", "<password>", "</", "IDENTIFIED BY ", "eyJhbGciOiJub25lIn0.", "|\n  ", "`", "\u{202e}", "检",
    ]), 0..24)) {
        let text = pieces.concat();
        let mut redactor = Redactor::new();
        let once = redactor.redact(&text);
        prop_assert!(once != "[REDACTED:unreadable:1]", "{text:?}");
        prop_assert_eq!(once.matches('\n').count(), text.matches('\n').count(), "{:?}", text);
    }
}
