//! Made-up incidents whose order is known.
