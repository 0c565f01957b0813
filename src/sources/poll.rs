//! Waiting that ends when the program does; used by every source that works in a loop.

use std::time::Duration;

use tokio::sync::watch;

/// Resolves when the source is to stop: `stop` turned true, or its sender is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone, which means the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Rests for `wait`; false when the source is to stop instead.
pub async fn rest(stop: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::select! {
        () = stopped(stop) => false,
        () = tokio::time::sleep(wait) => true,
    }
}
