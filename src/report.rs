//! All there is to show of a review: serialisable, versioned.
