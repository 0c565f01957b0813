//! Log files by path and glob, followed across rotation. What the outlet has no room for waits in the file, so nothing
//! is lost. The registry makes one source per `[[files]]`.

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

use delivery::{Stop, deliver_logs, report};
use set::FileSet;

/// Between two looks at files that had nothing new.
const POLL: Duration = Duration::from_millis(100);

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
        let mut set = FileSet::new(self.id, &self.config);
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
            if !deliver_logs(&mut outlet, found.records, &mut stop).await {
                return;
            }
            report(&mut outlet, found.condition, &mut stop).await;
            if !found.more && stop.sleep(POLL).await {
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
