//! Who must sign what: the demands of all findings, gathered into rows.
