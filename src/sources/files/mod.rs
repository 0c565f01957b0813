//! Log files by path and glob, followed across rotation and indexed into the library; their text stays where it is. The
//! outlet says how the files are. The registry makes one source per `[[files]]`.

pub(in crate::sources) mod delivery;
mod set;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Outlet, Source};
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId, Timestamp};
use crate::logfile::Library;

use delivery::{Stop, report};
use set::FileSet;

/// Between two looks at files that had something new lately.
const SOON: Duration = Duration::from_millis(25);
/// Between two looks at files that had nothing new for a while.
const LATER: Duration = Duration::from_millis(100);
/// Looks at files without news before they count as quiet.
const PATIENCE: u32 = 40;

/// Follows the files of one configuration entry.
#[derive(Debug)]
pub struct FilesSource {
    id: SourceId,
    config: schema::Files,
    library: Arc<Library>,
}

impl FilesSource {
    /// A source for one `[[files]]` entry, which indexes its files into the library.
    pub fn new(config: &schema::Files, library: Arc<Library>) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone(), library }
    }

    async fn follow(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut set = FileSet::new(self.id, &self.config, self.library);
        let mut quiet = PATIENCE;
        loop {
            // File reads block, for ever on a dead network mount: a thread of their own lets everything else go on.
            let work = tokio::task::spawn_blocking(move || {
                let found = set.poll(Timestamp::now());
                (set, found)
            });
            let done = tokio::select! {
                () = stop.wait() => return,
                done = work => done,
            };
            let Ok((returned, found)) = done else {
                outlet.down("reading the files failed inside midwatch; start it again", Timestamp::now()).await;
                return;
            };
            set = returned;
            report(&mut outlet, found.condition, &mut stop).await;
            quiet = if found.grew { 0 } else { quiet.saturating_add(1) };
            let pause = match (found.more, quiet < PATIENCE) {
                (true, _) => Duration::ZERO,
                (false, true) => SOON,
                (false, false) => LATER,
            };
            if stop.sleep(pause).await {
                return;
            }
        }
    }
}

impl Source for FilesSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let source = CleanText::line(self.id.as_str());
        let text = |path: &String| CleanText::line(&format!("follow {path}"));
        self.config
            .paths
            .iter()
            .map(|path| PolledQuery { source: source.clone(), text: text(path), every_seconds: 0 })
            .collect()
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.follow(outlet, stop))
    }
}
