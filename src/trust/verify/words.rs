//! Words compared by their stems, and the words that say nothing about a subject. Used for records, claims and coverage.

/// Words that any two texts may share.
const COMMON: &str = " a about above according across after again against all almost along already also although always \
    among an and another any anything are around as at away back be became because become been before being below \
    between both but by came can come comes could did do does done down during each either else enough ever every \
    everything few following for from further get gets given gives go goes going got had half has have having he her \
    here his how however i if in indeed inside instead into is it its itself just keep keeps kept last later least less \
    like likewise look looks made make makes many may me mean meanwhile might more moreover most much must my near \
    nearly need needs neither never next no nor not nothing now of off often on once one only onto or other others our \
    out outside over overall own per put quite rather really s same say says see seems seen shall she should show shown \
    shows since so some something still such take taken takes than that the their them then there therefore these they \
    this those though through throughout thus till times to together too took toward towards turn under until up upon \
    us use used uses using very via was way we well went were what when where whereas whether which while who whole \
    whose why will with within without would yes yet you your ";

/// Whether the word says nothing about a subject.
pub fn is_common(word: &str) -> bool {
    word.chars().count() < 2 || COMMON.contains(&format!(" {word} "))
}

/// The word without its ending, in lower case: `failing`, `failed`, `failures` meet.
pub fn stem(word: &str) -> &str {
    const ENDINGS: [&str; 22] = [
        "ations", "ation", "ments", "ment", "ings", "ing", "ures", "ure", "ions", "ion", "ies", "ied", "ers", "ors",
        "er", "or", "ed", "es", "ly", "al", "s", "e",
    ];
    for ending in ENDINGS {
        if let Some(bare) = word.strip_suffix(ending)
            && bare.chars().count() >= if ending == "s" { 3 } else { 4 }
            && !(ending == "s" && bare.ends_with('s'))
        {
            return bare;
        }
    }
    word
}

/// Whether two stems may be of one word: the same, or one begins the other and is not short.
pub fn meet(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short == long || (short.len() >= 4 && long.starts_with(short) && long.len() <= short.len() + 4)
}

/// The stems of the words of a text in lower case, camel case and underscores taken apart, sorted, each once.
pub fn stems(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()) {
        let mut start = 0;
        let mut before_lower = false;
        for (at, c) in piece.char_indices() {
            if c.is_uppercase() && before_lower {
                found.push(stem(&piece[start..at].to_lowercase()).to_owned());
                start = at;
            }
            before_lower = c.is_lowercase();
        }
        if start > 0 {
            found.push(stem(&piece.to_lowercase()).to_owned());
        }
        found.push(stem(&piece[start..].to_lowercase()).to_owned());
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Words of the field that mean nearly the same; a group meets a text that has any of its words.
const GROUPS: [&str; 40] = [
    "terminat kill stop shut",
    "launch start begin began begun init commenc run",
    "deploy rollout rol releas ship",
    "restart reboot respawn relaunch",
    "respons answer repl status return code http",
    "fail error fatal exception crash reject refus abort unexpect rais",
    "timeout time deadlin slow",
    "rais increas higher lift bump up",
    "low lower decreas reduc cut shrink trim down",
    "memor mem oom heap rss work",
    "probe handl check",
    "lag behind backlog",
    "remov delet drop discard evict clean dropp",
    "add creat insert introduc new",
    "replac chang switch mov swap set edit renam updat modif config",
    "read consum fetch get load select",
    "writ produc put sav stor send",
    "cert tls ssl",
    "connect client session conn",
    "disk filesystem volum devic storag",
    "full 100 space exhaust",
    "empt zero 0 free",
    "disabl off fals 0 deactivat",
    "enabl on tru activ",
    "pod contain replica instanc",
    "host node machin server",
    "issu problem incident alert",
    "alert fir firing activ alertnam",
    "unhealth unread down degrad out",
    "health read ok up run success pass",
    "renew refresh reissu",
    "queu task job messag backlog",
    "thread worker pool goroutin",
    "laten duration took elaps dur last long p99 p95",
    "version tag imag releas",
    "limit quota max ceil cap allow",
    "commit author push merg",
    "404 found missing absent",
    "expir notaft valid",
    "request call hit traffic load",
];

/// Whether a text with these stems speaks of the word: the word itself, or one that means nearly the same.
pub fn spoken_of(stem: &str, stems: &[String]) -> bool {
    let there = |wanted: &str| stems.iter().any(|other| meet(wanted, other));
    if there(stem) {
        return true;
    }
    GROUPS.iter().any(|group| {
        let in_group = group.split(' ').any(|member| member == stem || (member.len() >= 4 && meet(member, stem)));
        in_group && group.split(' ').any(there)
    })
}

/// Whether the needle stands in the text as a whole: not inside a longer name or number.
pub fn holds_whole(text: &str, needle: &str) -> bool {
    if needle.is_empty() {
        return false;
    }
    let inside = |c: Option<char>, edge: Option<char>| {
        c.is_some_and(char::is_alphanumeric) && edge.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(needle).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + needle.len()..]);
        let dot = needle.ends_with(|c: char| c.is_ascii_digit())
            && after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        !dot && !inside(before.chars().next_back(), needle.chars().next())
            && !inside(after.chars().next(), needle.chars().next_back())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_do_not_matter_and_different_words_do() {
        for (one, other) in
            [("failing", "failed"), ("failures", "fails"), ("restarts", "restart"), ("evicted", "eviction")]
        {
            assert!(meet(stem(one), stem(other)), "{one} {other}");
        }
        assert!(!meet(stem("started"), stem("stopped")));
    }

    #[test]
    fn a_name_is_not_found_inside_a_longer_one() {
        assert!(holds_whole("pod=cart-12 x", "cart-12"));
        assert!(holds_whole("a/0455_cleanup.sql", "0455_cleanup.sql"));
        assert!(!holds_whole("pod=cart-12 x", "cart-1"));
        assert!(!holds_whole("v2.12.31", "v2.12.3"));
        assert!(!holds_whole("10.2.3.4.5", "10.2.3"));
    }
}
