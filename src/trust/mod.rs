//! What keeps an answer honest and a secret at home: pure functions over text. `copilot` redacts with it on the way
//! out, `app` and `cli` check answers with it on the way in.

pub mod redact;
pub mod taint;
pub mod verify;
