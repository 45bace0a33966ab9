//! What is said to both worlds.

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The unconfined administrator: sets the worlds up, never compared.
    Admin,
    /// The client whose view must not depend on what is high.
    Low,
    /// A client that sees what is high.
    High,
}

/// One thing said on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A simple query, of one or of several statements.
    Simple(String),
    /// Parse, Bind, Describe, Execute, Sync.
    Extended {
        /// The name of the prepared statement; empty for the unnamed one.
        name: String,
        /// The text to parse; empty to run what `name` was prepared as.
        sql: String,
        /// Values in text form.
        params: Vec<Option<String>>,
        /// Rows to fetch with each Execute; 0 fetches all with one.
        fetch: i32,
        /// Ask for the result in binary form.
        binary: bool,
    },
    /// COPY ... FROM STDIN, with the data that follows it.
    CopyIn {
        /// The statement.
        sql: String,
        /// The data; sent in pieces, then CopyDone.
        data: Vec<u8>,
    },
    /// A call of a function by the fast path.
    FastPath {
        /// The function, as regprocedure reads it; looked up by the administrator.
        function: String,
        /// Values in text form.
        args: Vec<Option<String>>,
    },
    /// Close the connection and open another.
    Reconnect,
}

/// A statement of the low client, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What is counted in the summary: "select", "copy to", "merge" ...
    pub kind: &'static str,
    /// What is sent.
    pub call: Call,
    /// The order of the rows is fixed by the statement.
    pub ordered: bool,
    /// It reaches a table that has hidden rows in world H.
    pub touches_hidden: bool,
}
