//! Short scripts inside arguments of database clients and of git: Lua for Redis, the mongo shell's JavaScript, git's
//! `-c key=value`. Read only when every call in them has a known name; anything else is opaque.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::value::{Shape, Value};
use super::super::walk::Walk;

impl Walk<'_> {
    /// `redis-cli`: scripts, keys by the hundred, and its options that stand instead of a command.
    pub(in super::super) fn redis(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let verb = parsed.last().name.split('|').next().unwrap_or_default();
        if verb != "eval" {
            return;
        }
        let Some(script) = parsed.arguments.first() else { return };
        let Some(calls) = script.exact().and_then(lua) else {
            return self.opaque(&script.span, "redis.eval", "a script that cannot be read");
        };
        for words in calls {
            let exact = |word: Option<String>| match word {
                Some(text) => Value { text, shape: Shape::Static, span: script.span.clone(), found: false },
                None => Value::unknown(true, script.span.clone()),
            };
            let mut call = vec![exact(Some("redis-cli".to_owned()))];
            call.extend(words.into_iter().map(exact));
            self.call(&call, span);
        }
    }

    /// `mongosh --eval`.
    pub(in super::super) fn mongo(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let scripts = parsed.values(&["--eval"]);
        if scripts.is_empty() && !parsed.has(&["--version", "--help", "-h"]) {
            self.found.interactive = true;
            self.opaque(span, "mongo.input", "what is typed or piped into it cannot be seen from here");
        }
        for script in scripts {
            let (class, why) = script.map_or((Class::Opaque, "a script only known at run time"), mongo);
            self.say(class, span, "mongo.eval", why);
        }
        for file in &parsed.arguments {
            if file.text.ends_with(".js") || file.text.ends_with(".mjs") {
                self.opaque(&file.span, "mongo.file", "runs a file whose text is not seen");
            }
        }
    }

    /// `git checkout` of files throws their changes away; of a branch it does not.
    fn git_checkout(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>) {
        let verb = words.iter().any(|word| word.exact() == Some("checkout"));
        let branches = parsed.has(&["-b", "-B", "--orphan", "-t", "--track", "--detach"]);
        if !verb || branches || parsed.chain.get(1).is_none_or(|verb| !verb.name.contains("|checkout|")) {
            return;
        }
        let file = |word: &Value| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            word.is_dynamic()
                || word.text.ends_with('/')
                || word.text.starts_with([':', '*', '.'])
                || name.rsplit_once('.').is_some_and(|(_, end)| end.starts_with(|c: char| c.is_ascii_alphabetic()))
        };
        let dashes = words.iter().any(|word| word.exact() == Some("--"))
            || parsed.has(&["--ours", "--theirs", "--pathspec-from-file"]);
        if dashes || parsed.arguments.len() > 1 || parsed.arguments.iter().any(file) {
            self.say(Class::Destructive, span, "git.checkout", "throws away what was changed in these files");
        }
    }

    /// `git -c key=value`: some keys name programs. Verbs that have a `-c` of their own give it no such value.
    pub(in super::super) fn git(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>) {
        self.git_checkout(parsed, words, span);
        for given in parsed.options.iter().filter(|given| given.name == "-c") {
            let Some(setting) = given.value.as_ref().and_then(Value::exact) else {
                self.opaque(&given.word.span, "git.c", "a setting only known at run time");
                continue;
            };
            if !setting.contains('=') {
                continue;
            }
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            let key = key.to_ascii_lowercase();
            let starts = ["color.", "advice.", "log.", "column.", "status.", "diff.context", "diff.renames", "blame."];
            let harmless = starts.iter().any(|start| key.starts_with(start))
                || [
                    "core.quotepath",
                    "core.abbrev",
                    "user.name",
                    "user.email",
                    "http.lowspeedtime",
                    "protocol.version",
                    "diff.algorithm",
                    "diff.colormoved",
                    "gc.auto",
                    "core.pager.color",
                ]
                .contains(&key.as_str());
            let pager = key == "core.pager" || key.starts_with("pager.");
            let names_program = pager || ["core.editor", "diff.external", "sequence.editor"].contains(&key.as_str());
            if harmless || (pager && ["", "cat", "less", "false", "more", "less -R", "less -FRX"].contains(&value)) {
                continue;
            }
            if names_program && super::super::guard::inspect(value).is_ok() {
                self.fresh(value, span);
            } else {
                self.opaque(&given.word.span, "git.c", "a setting that may start programs");
            }
        }
    }
}

/// The Redis calls of a Lua script, each with its words where they are written out; `None` when there may be others.
fn lua(script: &str) -> Option<Vec<Vec<Option<String>>>> {
    let mut calls = Vec::new();
    let bare = blank(script, &['\'', '"'])?;
    if bare.contains("--") || bare.contains("[[") || bare.contains("[=") {
        return None;
    }
    let words = words_at(&bare);
    for (at, word) in &words {
        let rest = &bare[at + word.len()..];
        match word.as_str() {
            "load" | "loadstring" | "loadfile" | "dofile" | "require" | "os" | "io" | "debug" | "_G" | "getfenv"
            | "setfenv" | "rawget" | "rawset" | "setmetatable" | "getmetatable" | "pcall" | "xpcall" | "server"
                if !bare[..*at].ends_with('.') =>
            {
                return None;
            }
            "redis" => {
                let method = rest.strip_prefix('.')?;
                let name: String = method.chars().take_while(char::is_ascii_alphanumeric).collect();
                match name.as_str() {
                    "call" | "pcall" => {
                        let open = at + word.len() + 1 + name.len();
                        calls.push(arguments(script, &bare, open)?);
                    }
                    "log" | "sha1hex" | "status" | "error" => {}
                    _ => return None,
                }
            }
            _ => {}
        }
    }
    Some(calls)
}

/// The words of a call whose bracket opens here or after blanks: written strings and numbers, `None` for anything else.
fn arguments(script: &str, bare: &str, at: usize) -> Option<Vec<Option<String>>> {
    let open = at + bare[at..].len() - bare[at..].trim_start().len();
    if !bare[open..].starts_with('(') {
        return None;
    }
    let (mut depth, mut from, mut cuts) = (0_usize, open + 1, Vec::new());
    for (offset, c) in bare[open..].char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    cuts.push(from..open + offset);
                    break;
                }
            }
            ',' if depth == 1 => {
                cuts.push(from..open + offset);
                from = open + offset + 1;
            }
            _ => {}
        }
    }
    if depth != 0 {
        return None;
    }
    let words: Vec<Option<String>> = cuts
        .into_iter()
        .map(|cut| {
            let word = script[cut].trim();
            let quote = word.chars().next().filter(|c| matches!(c, '\'' | '"'));
            match quote {
                Some(quote) => {
                    let inner = word.get(1..word.len().max(2) - 1)?;
                    (word.ends_with(quote) && !inner.contains([quote, '\\'])).then(|| inner.to_owned())
                }
                None => word.bytes().all(|b| b.is_ascii_digit()).then(|| word.to_owned()),
            }
        })
        .collect();
    // The command itself must be written out.
    words.first()?.as_ref()?;
    Some(words)
}

/// The text with what stands in quotes made blank, byte for byte; `None` when a quote does not end.
fn blank(text: &str, quotes: &[char]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        if !quotes.contains(&c) {
            continue;
        }
        loop {
            let inner = chars.next()?;
            if inner == c {
                out.push(c);
                break;
            }
            out.push_str(&" ".repeat(inner.len_utf8()));
            if inner == '\\' {
                out.push_str(&" ".repeat(chars.next()?.len_utf8()));
            }
        }
    }
    Some(out)
}

/// Every name in the text with its place.
fn words_at(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$')) {
        match words.last_mut() {
            Some((start, word)) if *start + word.len() == at => word.push(c),
            Some(_) | None => words.push((at, c.to_string())),
        }
    }
    words
}

const MONGO_LOOKS: &str = "find findOne count countDocuments estimatedDocumentCount distinct aggregate explain stats \
    storageSize totalSize totalIndexSize dataSize getIndexes getIndexKeys limit sort skip pretty toArray forEach map \
    filter reduce slice join hint projection size itcount next hasNext maxTimeMS batchSize comment allowDiskUse \
    readPref getCollectionNames getCollectionInfos getMongo getDB getSiblingDB getSisterDB getName version \
    serverStatus currentOp status conf config printReplicationInfo printSecondaryReplicationInfo printSlaveReplicationInfo \
    getReplicationInfo hello isMaster hostInfo serverBuildInfo serverCmdLineOpts getProfilingStatus getProfilingLevel getUsers getUser getRoles \
    getRole latencyStats getShardDistribution getCollection isCapped getFullName printShardingStatus getBalancerState \
    isBalancerRunning printCollectionStats getDBNames getDBs adminCommandHelp getLogComponents getFreeMonitoringStatus \
    listShards getReadPrefMode getReadConcern executionStats queryPlanner getPlanCache list getTimestamp keys values \
    entries includes indexOf toString toFixed getTime stringify parse round floor ceil min max abs some every flat \
    flatMap concat split trim toLowerCase toUpperCase startsWith endsWith substring replace match test toISOString valueOf \
    push length print printjson tojson tojsononeline ISODate ObjectId NumberLong NumberInt NumberDecimal Timestamp Date \
    UUID BinData RegExp String Number Array Object if for while switch return function catch sum dbHash help";
const MONGO_WRITES: &str = "insert insertOne insertMany updateOne replaceOne findOneAndUpdate findOneAndReplace \
    findAndModify save createIndex createIndexes ensureIndex createCollection createView createUser updateUser \
    createRole grantRolesToUser revokeRolesFromUser changeUserPassword setProfilingLevel setLogLevel killOp \
    killSessions stepDown freeze reconfig initiate add addArb fsyncLock fsyncUnlock startBalancer stopBalancer \
    setBalancerState enableBalancing disableBalancing moveChunk splitAt splitFind shardCollection enableSharding addShard \
    compact reIndex hideIndex unhideIndex renameCollection syncFrom deleteOne findOneAndDelete validate clear \
    rotateCertificates setFeatureCompatibilityVersion addShardTag addShardToZone updateZoneKeyRange";
const MONGO_LOSES: &str = "drop dropDatabase dropIndex dropIndexes dropCollection deleteMany remove dropUser dropRole \
    dropAllUsers dropAllRoles shutdownServer removeShard updateMany bulkWrite update copyTo convertToCapped";
const COMMANDS_LOOK: &str = "serverStatus replSetGetStatus ping hello isMaster ismaster buildInfo buildinfo dbStats \
    dbstats collStats collstats listDatabases listCollections listIndexes currentOp getParameter getCmdLineOpts getLog \
    hostInfo connPoolStats top replSetGetConfig count find distinct connectionStatus whatsmyip features isdbgrid \
    listShards balancerStatus getDefaultRWConcern lockInfo shardConnPoolStats explain usersInfo rolesInfo dbHash profile";
const COMMANDS_WRITE: &str = "killOp setParameter replSetStepDown replSetFreeze replSetMaintenance replSetSyncFrom fsync \
    fsyncUnlock logRotate compact setFeatureCompatibilityVersion balancerStart balancerStop moveChunk moveRange \
    createIndexes collMod insert create createUser updateUser replSetReconfig flushRouterConfig setDefaultRWConcern \
    planCacheClear killSessions killCursors reIndex enableSharding shardCollection split refineCollectionShardKey validate";
const COMMANDS_LOSE: &str = "dropDatabase drop delete shutdown dropIndexes deleteIndexes update findAndModify \
    removeShard dropUser dropAllUsersFromDatabase renameCollection convertToCapped replSetResizeOplog";

fn listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// A script for the mongo shell: the worst of its calls.
fn mongo(script: &str) -> (Class, &'static str) {
    const UNREAD: (Class, &str) = (Class::Opaque, "a script that cannot be read");
    let Some(bare) = blank(script, &['\'', '"']) else { return UNREAD };
    if bare.contains(['`', '\\']) || ["//", "/*", "?.(", "import", "=>*"].iter().any(|sign| bare.contains(sign)) {
        return UNREAD;
    }
    let mut worst = (Class::Read, "looks only");
    for (at, _) in bare.match_indices('(') {
        let before = bare[..at].trim_end();
        let name: String = before.chars().rev().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
        let name: String = name.chars().rev().collect();
        let found = match name.as_str() {
            "" if before.is_empty()
                || before
                    .ends_with(['(', ',', '=', '+', '-', '*', '!', '&', '|', ':', ';', '?', '{', '>', '<', '[']) =>
            {
                continue;
            }
            "" => UNREAD,
            "runCommand" | "adminCommand" => command(&script[at + 1..]),
            "aggregate" if script.contains("$out") || script.contains("$merge") || script.contains("$function") => {
                (Class::Write, "writes what it collects")
            }
            "in" | "of" | "typeof" | "new" | "await" => continue,
            name if listed(MONGO_LOOKS, name) => continue,
            "updateMany" if filtered(&bare[at + 1..]) => (Class::Write, "changes what its filter names"),
            name if listed(MONGO_WRITES, name) => (Class::Write, "changes data or settings"),
            name if listed(MONGO_LOSES, name) => (Class::Destructive, "deletes or changes many documents"),
            _ => UNREAD,
        };
        worst = if found.0 > worst.0 { found } else { worst };
    }
    // What is passed on by name would be called out of sight.
    let handed = words_at(&bare).into_iter().any(|(at, word)| {
        let called = bare[at + word.len()..].trim_start().starts_with('(');
        !called && (listed(MONGO_LOSES, &word) || listed(MONGO_WRITES, &word)) && bare[..at].ends_with('.')
    });
    let words = words_at(&bare);
    let runs = words.iter().any(|(_, word)| {
        [
            "eval",
            "load",
            "require",
            "process",
            "globalThis",
            "Function",
            "constructor",
            "__proto__",
            "runProgram",
            "run",
            "mapReduce",
            "$where",
        ]
        .contains(&word.as_str())
    });
    if handed || runs || script.contains("$where") { UNREAD } else { worst }
}

/// Whether a filter names values to be equal to, and no operator or nothing at all.
fn filtered(rest: &str) -> bool {
    let filter = rest.split('}').next().unwrap_or_default();
    filter.contains(':') && !filter.contains('$') && filter.trim_start().starts_with('{')
}

/// `{serverStatus: 1}`: the first key names the command.
fn command(rest: &str) -> (Class, &'static str) {
    let name: String = rest
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '\'' | '"'))
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    match name.as_str() {
        name if listed(COMMANDS_LOOK, name) => (Class::Read, "looks only"),
        name if listed(COMMANDS_WRITE, name) => (Class::Write, "changes data or settings"),
        name if listed(COMMANDS_LOSE, name) => (Class::Destructive, "drops or deletes"),
        _ => (Class::Opaque, "a command that is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mongo_scripts_have_the_class_of_their_worst_call() {
        for (wanted, script) in [
            (Class::Read, "db.orders.find({state:\"stuck\"}).sort({at:-1}).limit(5)"),
            (Class::Read, "rs.status().members.map(m => m.stateStr)"),
            (Class::Read, "JSON.stringify(db.adminCommand({serverStatus: 1}).connections)"),
            (Class::Read, "db.x.find({note: 'db.dropDatabase()'})"),
            (Class::Write, "db.x.updateOne({_id: 1}, {$set: {a: 1}})"),
            (Class::Write, "db.killOp(5)"),
            (Class::Write, "db.x.aggregate([{$out: 'y'}])"),
            (Class::Destructive, "db.x.find().count(); db.x.deleteMany({})"),
            (Class::Destructive, "db.dropDatabase()"),
            (Class::Destructive, "db.getSiblingDB('a').runCommand({ 'dropDatabase': 1 })"),
            (Class::Opaque, "db['x']['drop']()"),
            (Class::Opaque, "[1].forEach(db.x.drop)"),
            (Class::Opaque, "load('x.js')"),
            (Class::Opaque, "eval('x')"),
            (Class::Opaque, "db.x.find({$where: 'sleep(1)'})"),
            (Class::Opaque, "(d=>d.frob())(db)"),
            (Class::Opaque, "db.x.find('"),
        ] {
            assert_eq!(mongo(script).0, wanted, "{script}");
        }
    }

    #[test]
    fn lua_shows_its_redis_calls_or_is_not_read() {
        let call = |words: &[&str]| words.iter().map(|word| Some((*word).to_owned())).collect::<Vec<_>>();
        assert_eq!(lua("return redis.call('FLUSHDB')"), Some(vec![call(&["FLUSHDB"])]));
        let two = lua("local x = redis.call(\"get\", KEYS[1]) return redis.pcall('SET', 'a', 5)").unwrap();
        assert_eq!(two, vec![vec![Some("get".to_owned()), None], call(&["SET", "a", "5"])]);
        assert_eq!(lua("return 1"), Some(Vec::new()));
        for script in [
            "redis.call(ARGV[1])",
            "local r = redis r.call('x')",
            "redis['call']('x')",
            "loadstring('x')()",
            "redis.call 'x'",
            "return 'x",
            "_G.redis.call('x')",
        ] {
            assert_eq!(lua(script), None, "{script}");
        }
    }
}
