//! JSON laid out over lines with its keys in the order and its values in the form they were written in.

/// Longest text that is laid out, in bytes.
const LONGEST: usize = 64 * 1024;
/// Deepest nesting that is laid out.
const DEEPEST: usize = 64;

/// The text over lines; `None` when it is no JSON object or list, or too large.
pub fn pretty(text: &str) -> Option<String> {
    let text = text.trim();
    let nested = text.starts_with('{') || text.starts_with('[');
    if !nested || text.len() > LONGEST || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                out.push(c);
            }
            '{' | '[' => {
                while rest.next_if(|c| c.is_whitespace()).is_some() {}
                out.push(c);
                if let Some(end) = rest.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                    continue;
                }
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_and_numbers_stay_as_they_were_written() {
        let text = r#"{"z":1.50,"a":[{"b":"x: {1, \"2\"}"},[],{}],"big":12345678901234567890}"#;
        let laid_out = pretty(text).unwrap();
        assert_eq!(
            laid_out,
            "{\n  \"z\": 1.50,\n  \"a\": [\n    {\n      \"b\": \"x: {1, \\\"2\\\"}\"\n    },\n    [],\n    {}\n  ],\n  \"big\": 12345678901234567890\n}"
        );
        assert_eq!(pretty("{\"a\":"), None);
        assert_eq!(pretty("plain"), None);
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_laid_out_says_the_same(value in values()) {
            let text = serde_json::Value::Array(vec![value]).to_string();
            let again: serde_json::Value = serde_json::from_str(&pretty(&text).unwrap()).unwrap();
            prop_assert_eq!(again.to_string(), text);
        }
    }
}
