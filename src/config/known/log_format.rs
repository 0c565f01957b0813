//! A log format with every key set, for the specimen.

use crate::config::log_format::{Level, LevelWord, LogExample, LogFormat};

pub(super) fn log_format() -> LogFormat {
    LogFormat {
        name: "till".to_owned(),
        pattern: r"^(?<time>\d+/\d+ \d+:\d+:\d+)~(?<level>\w+)~(?<service>[\w-]+)~(?<till>\d+)~(?<message>.*)$"
            .to_owned(),
        time_format: "%d/%m %H:%M:%S".to_owned(),
        words: vec![LevelWord { word: "OOPS".to_owned(), level: Level::Error }],
        examples: vec![LogExample {
            line: "20/11 21:04:25~OOPS~till-eu~7~drawer stuck".to_owned(),
            time: "2026-11-20T21:04:25Z".to_owned(),
            level: Some(Level::Error),
            service: "till-eu".to_owned(),
            message: "drawer stuck".to_owned(),
            fields: vec!["till=7".to_owned()],
        }],
    }
}
