//! What each CI system says of the change it runs for.
